#include "api/http/uri_text.h"

#include <catch2/catch.hpp>

using namespace dbackup::api;

TEST_CASE("percentDecode: undoes well-formed sequences and leaves the rest alone", "[api]") {
    CHECK(percentDecode("a%20b%2fC%C3%A9") == "a b/C\xC3\xA9");
    CHECK(percentDecode("100%") == "100%");
    CHECK(percentDecode("%4") == "%4");
    CHECK(percentDecode("%zz%4g") == "%zz%4g");
    CHECK(percentDecode("a+b") == "a+b");
    CHECK(percentDecode("a+b", true) == "a b");
}

TEST_CASE("parseQuery: splits pairs, decodes both sides and keeps the first of equal names", "[api]") {
    const auto query = parseQuery("includeLogs=true&a%20b=c+d&x=1&x=2&flag&=v&&empty=");
    CHECK(query.at("includeLogs") == "true");
    CHECK(query.at("a b") == "c d");
    CHECK(query.at("x") == "1");
    CHECK(query.at("flag").empty());
    CHECK(query.at("empty").empty());
    CHECK(query.at("") == "v");
    CHECK(query.size() == 6);
    CHECK(parseQuery("").empty());
}

TEST_CASE("parseQuery: a value may hold an equals sign", "[api]") {
    CHECK(parseQuery("cursor=YWI=").at("cursor") == "YWI=");
}
