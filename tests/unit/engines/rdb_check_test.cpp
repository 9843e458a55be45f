#include "rdb_check.h"

#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "metadata.h"

using dbackup::redis::crc64;
using dbackup::redis::Metadata;
using dbackup::redis::newestRdbVersion;
using dbackup::redis::RdbCheck;
using dbackup::sdk::Error;

namespace {

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text));
}

std::string withChecksum(std::string text) {
    std::uint64_t crc = crc64(0, bytesOf(text));
    for (int i = 0; i < 8; ++i, crc >>= 8U)
        text += static_cast<char>(crc & 0xffU);
    return text;
}

void check(const std::string& file, std::size_t block) {
    RdbCheck check;
    for (std::size_t at = 0; at < file.size(); at += block)
        check.update(bytesOf(file).subspan(at, std::min(block, file.size() - at)));
    check.requireComplete();
}

}  // namespace

TEST_CASE("crc64: gives the published value, in parts, too", "[redis]") {
    const std::string digits = "123456789";
    CHECK(crc64(0, bytesOf(digits)) == 0xe9c6d914c4b8d9caULL);
    for (std::size_t at = 0; at <= digits.size(); ++at)
        CHECK(crc64(crc64(0, bytesOf(digits).first(at)), bytesOf(digits).subspan(at)) ==
              0xe9c6d914c4b8d9caULL);
}

TEST_CASE("RdbCheck: takes a whole file in blocks of any size, and nothing less", "[redis]") {
    const std::string whole = withChecksum("REDIS0010" + std::string(100, 'x') + "\xff");
    for (const std::size_t block : {1, 2, 7, 8, 9, 10, 64, 1000}) {
        CHECK_NOTHROW(check(whole, block));
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_THROWS_AS(check(whole.substr(0, size), block), Error);
        CHECK_THROWS_AS(check(whole + "x", block), Error);
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        CHECK_THROWS_AS(check(damaged, 16), Error);
    }
    CHECK_THROWS_AS(check(withChecksum("REDIS0000\xff"), 16), Error);
    CHECK_THROWS_AS(check(withChecksum("REDISxxxx\xff"), 16), Error);
}

TEST_CASE("RdbCheck: a checksum of zeros is none", "[redis]") {
    RdbCheck without;
    without.update(bytesOf("REDIS0010data\xff" + std::string(8, '\0')));
    CHECK_NOTHROW(without.requireComplete());
    CHECK_FALSE(without.hasChecksum());
    CHECK(without.version() == 10);
}

TEST_CASE("Metadata: versions of Redis and Valkey have their formats", "[redis]") {
    const auto newest = [](const char* server, const char* version) {
        return newestRdbVersion({server, version, {}, 0, {}, 0});
    };
    CHECK(newest("redis", "5.0.14") == 9);
    CHECK(newest("redis", "6.2.1") == 9);
    CHECK(newest("redis", "7.0.15") == 10);
    CHECK(newest("redis", "7.2.4") == 11);
    CHECK(newest("redis", "7.4.1") == 12);
    CHECK_FALSE(newest("redis", "8.0.0"));
    CHECK(newest("valkey", "8.1.0") == 11);
    CHECK_FALSE(newest("valkey", "9.0.0"));
    const Metadata whole{"redis", "7.0.15", {"search", "json"}, 12, {{"db0", 5}, {"db3", 7}}, 10};
    const Metadata read = Metadata::fromJson(whole.toJson());
    CHECK((read.server == "redis" && read.version == "7.0.15" && read.modules == whole.modules));
    CHECK((read.keys == 12 && read.rdb_version == 10));
    CHECK_THAT(whole.toJson(), Catch::Matchers::Contains(R"("databases":{"db0":5,"db3":7})"));
}
