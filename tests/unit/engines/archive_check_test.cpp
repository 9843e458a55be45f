#include "plugins/engines/postgres/archive_check.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "custom_archive.h"

using dbackup::postgres::ArchiveCheck;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::test::CustomArchive;

namespace {

/// An archive of every kind of part: a table of several chunks, an empty one, large objects.
std::string sample(int minor, std::size_t int_bytes = 4) {
    CustomArchive archive(minor, int_bytes);
    archive.front({{1, false}, {2, true, {"1", "7"}}, {3, true}, {4, true}});
    archive.data(2, {"1\tone\n", std::string(3000, 'x'), "2\ttwo\n"});
    archive.data(3, {});
    archive.blobs(4, {{16400, {"large"}}, {4'000'000'000U, {"larger", "still"}}, {16402, {}}});
    return archive.bytes();
}

void check(const std::string& bytes, std::size_t step) {
    ArchiveCheck check;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        check.update(std::as_bytes(std::span(bytes)).subspan(at, std::min(step, bytes.size() - at)));
    }
    check.requireComplete();
}

ErrorKind kindOf(const std::string& bytes, std::size_t step = 64) {
    try {
        check(bytes, step);
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::None;
}

}  // namespace

TEST_CASE("ArchiveCheck: a whole archive passes, in whatever pieces it comes", "[postgres]") {
    for (const int minor : {12, 13, 14, 15, 16}) {
        for (const std::size_t int_bytes : {std::size_t{4}, std::size_t{8}}) {
            const std::string bytes = sample(minor, int_bytes);
            for (const std::size_t step :
                 {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{64}, bytes.size()}) {
                CAPTURE(minor, int_bytes, step);
                REQUIRE_NOTHROW(check(bytes, step));
            }
        }
    }
}

TEST_CASE("ArchiveCheck: an archive cut at any byte is refused", "[postgres]") {
    for (const int minor : {13, 16}) {
        const std::string bytes = sample(minor);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            CAPTURE(minor, length);
            REQUIRE(kindOf(bytes.substr(0, length)) == ErrorKind::ToolFailed);
        }
    }
}

TEST_CASE("ArchiveCheck: bytes after the last block are refused", "[postgres]") {
    const std::string bytes = sample(14);
    CHECK(kindOf(bytes + '\0') == ErrorKind::ToolFailed);
    CHECK(kindOf(bytes + "\1") == ErrorKind::ToolFailed);
    CHECK(kindOf(bytes + sample(14)) == ErrorKind::ToolFailed);
}

TEST_CASE("ArchiveCheck: an archive without data is complete after its contents", "[postgres]") {
    CustomArchive some;
    some.front({{1, false}, {2, false}});
    CHECK(kindOf(some.bytes()) == ErrorKind::None);
    CustomArchive none;
    none.front({});
    CHECK(kindOf(none.bytes()) == ErrorKind::None);
}

TEST_CASE("ArchiveCheck: data twice, of an unknown entry or of one without data is refused", "[postgres]") {
    for (const int id : {1, 2, 9}) {
        CustomArchive archive;
        archive.front({{1, false}, {2, true}});
        archive.data(2, {"row\n"});
        archive.data(id, {"row\n"});
        CHECK(kindOf(archive.bytes()) == ErrorKind::ToolFailed);
    }
}

TEST_CASE("ArchiveCheck: what is no archive, or a broken one, is refused", "[postgres]") {
    CHECK(kindOf("") == ErrorKind::ToolFailed);
    CHECK(kindOf("-- PostgreSQL database dump\n") == ErrorKind::ToolFailed);
    CHECK(kindOf(std::string("PGDMP\1\16\0\4\10\3", 11)) == ErrorKind::ToolFailed);   // tar format
    CHECK(kindOf(std::string("PGDMP\1\16\0\77\10\1", 11)) == ErrorKind::ToolFailed);  // integers of 63 bytes
    CustomArchive negative;
    negative.front({{2, true}});
    negative.raw("\1");
    negative.integer(2);
    negative.integer(-5);
    CHECK(kindOf(negative.bytes()) == ErrorKind::ToolFailed);
    CustomArchive kind;
    kind.front({{2, true}});
    kind.raw(std::string("\7\0\2\0\0\0", 6));
    CHECK(kindOf(kind.bytes()) == ErrorKind::ToolFailed);
    std::string huge = sample(14);
    huge.replace(11 + 5 + 35, 5, std::string("\0\377\377\377\177", 5));  // the length of the database's name
    CHECK(kindOf(huge) == ErrorKind::ToolFailed);
}

TEST_CASE("ArchiveCheck: a newer version of the format is named, not guessed at", "[postgres]") {
    CHECK(kindOf(sample(11)) == ErrorKind::Unsupported);
    CHECK(kindOf(sample(17)) == ErrorKind::Unsupported);
    try {
        check(sample(17), 64);
    } catch (const Error& error) {
        CHECK(std::string(error.what()).find("1.17") != std::string::npos);
    }
}
