#include <catch2/catch.hpp>

#include "plugins/engines/postgres/parallel_dump.h"

using dbackup::postgres::shareOut;
using Tables = std::vector<dbackup::postgres::SharedSnapshot::Table>;

namespace {

std::uint64_t bytesOf(const Tables& tables) {
    std::uint64_t sum = 0;
    for (const auto& table : tables)
        sum += table.bytes;
    return sum;
}

}  // namespace

TEST_CASE("shareOut: every table is in one share, and no share has much more than another", "[postgres]") {
    Tables tables;
    for (std::uint64_t i = 1; i <= 40; ++i)
        tables.push_back({"s", "t" + std::to_string(i), i * 10});
    const auto shares = shareOut(tables, 500, 4);
    REQUIRE(shares.size() == 4);
    std::size_t count = 0;
    for (const Tables& share : shares) {
        const std::uint64_t bytes = bytesOf(share) + (&share == &shares.front() ? 500 : 0);
        CHECK(bytes > 2000);
        CHECK(bytes < 2400);
        count += share.size();
    }
    CHECK(count == 40);
}

TEST_CASE("shareOut: there are no more shares than tables, and one at least", "[postgres]") {
    CHECK(shareOut({}, 0, 4).size() == 1);
    CHECK(shareOut({{"s", "empty", 0}, {"s", "also", 0}}, 0, 4).size() == 1);
    CHECK(shareOut({{"s", "a", 9}, {"s", "b", 5}}, 0, 4).size() == 2);
    // What nobody names is much already: the first share gets no table of its own.
    const auto shares = shareOut({{"s", "a", 9}, {"s", "b", 5}}, 1000, 3);
    REQUIRE(shares.size() == 3);
    CHECK(shares[0].empty());
}

TEST_CASE("shareOut: of thousands of tables only the largest are named", "[postgres]") {
    Tables tables;
    for (std::uint64_t i = 0; i < 3000; ++i)
        tables.push_back({"s", std::to_string(i), i});
    const auto shares = shareOut(tables, 0, 2);
    REQUIRE(shares.size() == 2);
    CHECK(shares[1].size() + shares[0].size() == 500);
    CHECK(shares[1].front().bytes == 2999);
}
