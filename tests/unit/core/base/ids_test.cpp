#include "core/base/ids.h"

#include <set>

#include <catch2/catch.hpp>

TEST_CASE("newId: is a version 4 UUID and never repeats", "[base]") {
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = dbackup::newId();
        REQUIRE(id.size() == 36);
        REQUIRE(id[8] == '-');
        REQUIRE(id[13] == '-');
        REQUIRE(id[14] == '4');
        REQUIRE(id[18] == '-');
        REQUIRE(std::string("89ab").find(id[19]) != std::string::npos);
        REQUIRE(id.find_first_not_of("0123456789abcdef-") == std::string::npos);
        ids.insert(id);
    }
    CHECK(ids.size() == 1000);
}

TEST_CASE("randomHex: has two digits a byte", "[base]") {
    CHECK(dbackup::randomHex(30).size() == 60);
    CHECK(dbackup::randomHex(0).empty());
}
