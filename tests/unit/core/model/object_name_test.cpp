#include "core/model/object_name.h"

#include <set>

#include <catch2/catch.hpp>

using namespace dbackup;

TEST_CASE("sanitizeNamePart: leaves ordinary names alone", "[model]") {
    for (const auto* name : {"shop",
                             "Daily MySQL Backup",
                             "kunden_2026-01.v2",
                             "m\xc3\xbcller",
                             "\xe6\x95\xb0\xe6\x8d\xae",
                             "a+b (c)"}) {
        CHECK(sanitizeNamePart(name) == name);
    }
}

TEST_CASE("sanitizeNamePart: makes every name one safe part of a path", "[model]") {
    const std::vector<std::string> names = {"",
                                            ".",
                                            "..",
                                            "../../etc/passwd",
                                            "a/b",
                                            "a\\b",
                                            "-rf",
                                            ".hidden",
                                            "a\nb",
                                            std::string("a\0b", 3),
                                            "trailing.",
                                            "trailing ",
                                            "con:",
                                            "100%",
                                            "x~y",
                                            "\xff\xfe",
                                            "\xc3",
                                            "\xed\xa0\x80",
                                            "\xc0\xaf",
                                            "\xf5\x80\x80\x80",
                                            std::string(5000, 'x'),
                                            std::string(119, 'x') + "\xc3\xbc"};
    for (const auto& name : names) {
        const std::string part = sanitizeNamePart(name);
        CAPTURE(name, part);
        CHECK(isSafeObjectName(part));
        CHECK(part.find('/') == std::string::npos);
        CHECK(part.size() <= 120);
        CHECK(part.front() != '.');
        CHECK(part.front() != '-');
        CHECK(part != name);
    }
}

TEST_CASE("sanitizeNamePart: different names stay different", "[model]") {
    std::set<std::string> parts;
    const std::vector<std::string> names = {
        "a/b", "a\\b", "a:b", "a_b", "", "_", ".", "..", std::string(200, 'x'), std::string(201, 'x')};
    for (const auto& name : names) {
        parts.insert(sanitizeNamePart(name));
    }
    CHECK(parts.size() == names.size());
}

TEST_CASE("backupPath: is job, time and the head of the execution's id", "[model]") {
    CHECK(backupPath("Daily PG", "1a2b3c4d-0000-4000-8000-000000000000", fromIso("2026-01-15T10:30:07Z")) ==
          "Daily PG/2026-01-15_10-30-07_1a2b3c4d");
}

TEST_CASE("isSafeObjectName: refuses what could leave the root", "[model]") {
    CHECK(isSafeObjectName("job/backup/manifest.json"));
    CHECK(isSafeObjectName("..a/b.."));
    for (const auto* name :
         {"", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\\b", "a\nb", "a\x7f"}) {
        CAPTURE(name);
        CHECK_FALSE(isSafeObjectName(name));
    }
}
