#include "plugins/engines/files/globs.h"

#include <catch2/catch.hpp>

#include "plugins/engines/files/names.h"

using dbackup::files::globMatches;
using dbackup::files::Globs;
using dbackup::files::isWithin;
using dbackup::files::memberPath;
using dbackup::files::shown;

TEST_CASE("globMatches: a star and a question mark stop at slashes", "[files]") {
    CHECK(globMatches("*.txt", "a.txt"));
    CHECK(globMatches("*.txt", ".txt"));
    CHECK(globMatches("*", ""));
    CHECK_FALSE(globMatches("*.txt", "a/b.txt"));
    CHECK_FALSE(globMatches("*.txt", "a.txt2"));
    CHECK(globMatches("a?c", "abc"));
    CHECK_FALSE(globMatches("a?c", "a/c"));
    CHECK(globMatches("a*b*c", "a-b-b-c"));
    CHECK_FALSE(globMatches("a*b*c", "a-b-b-d"));
    CHECK(globMatches("x/*/z", "x/y/z"));
    CHECK_FALSE(globMatches("x/*/z", "x/y/y/z"));
}

TEST_CASE("globMatches: two stars pass slashes, and before a slash take whole names", "[files]") {
    CHECK(globMatches("**", "a/b/c"));
    CHECK(globMatches("a/**", "a/b/c"));
    CHECK_FALSE(globMatches("a/**", "b/a/c"));
    CHECK(globMatches("a/**/z", "a/z"));
    CHECK(globMatches("a/**/z", "a/b/c/z"));
    CHECK_FALSE(globMatches("a/**/z", "a/bz"));
    CHECK(globMatches("**/z", "z"));
    CHECK(globMatches("**/z", "y/z"));
    CHECK_FALSE(globMatches("**/z", "yz"));
    CHECK(globMatches("**/*.log", "a/b/x.log"));
    CHECK_FALSE(globMatches("**/*.log", "a/b.log/x"));
}

TEST_CASE("globMatches: classes, ranges, their opposites, and what is escaped", "[files]") {
    CHECK(globMatches("[a-c]1", "b1"));
    CHECK_FALSE(globMatches("[a-c]1", "d1"));
    CHECK(globMatches("[!a-c]1", "d1"));
    CHECK_FALSE(globMatches("[!a]", "/"));
    CHECK(globMatches("[]]", "]"));
    CHECK(globMatches("[", "["));
    CHECK(globMatches("\\*", "*"));
    CHECK_FALSE(globMatches("\\*", "a"));
    CHECK(globMatches("caf\xc3\xa9*", "caf\xc3\xa9s"));
}

TEST_CASE("globMatches: a pattern made to take long ends at once", "[files]") {
    const std::string text(200, 'a');
    std::string pattern;
    for (int i = 0; i < 60; ++i)
        pattern += "*a**/a*";
    CHECK_FALSE(globMatches(pattern + "b", text));
}

TEST_CASE("Globs: without a slash names in any folder are meant, with one paths from the root", "[files]") {
    const Globs globs({"*.tmp", "/top", "a/b", "cache/", "./x/y"});
    CHECK(globs.fits("deep/in/z.tmp", false));
    CHECK(globs.fits("top", false));
    CHECK_FALSE(globs.fits("sub/top", false));
    CHECK(globs.fits("a/b", false));
    CHECK_FALSE(globs.fits("z/a/b", false));
    CHECK(globs.fits("z/cache", true));
    CHECK_FALSE(globs.fits("z/cache", false));
    CHECK(globs.fits("x/y", false));
    CHECK(globs.fitsOrAbove("z/cache/file", false));
    CHECK_FALSE(globs.fitsOrAbove("z/other/file", false));
    CHECK(Globs({"/", ""}).empty());
}

TEST_CASE("memberPath: what leads out of the folder is none", "[files]") {
    CHECK(memberPath("./a/b/") == "a/b");
    CHECK(memberPath("./") == "");
    CHECK(memberPath("a//b/./c") == "a/b/c");
    CHECK(memberPath("..a/b..") == "..a/b..");
    for (const char* hostile : {"", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "./.."}) {
        CHECK_FALSE(memberPath(hostile));
    }
    CHECK(isWithin("a/b", "a"));
    CHECK(isWithin("a", "a"));
    CHECK_FALSE(isWithin("ab", "a"));
}

TEST_CASE("shown: names become readable lines of UTF-8", "[files]") {
    CHECK(shown("a\nb\x7f") == "a\\x0ab\\x7f");
    CHECK(shown("caf\xc3\xa9") == "caf\xc3\xa9");
    CHECK(shown("bad\xff\xc3\xa9") == "bad\\xff\\xc3\\xa9");
    CHECK(shown("\xed\xa0\x80") == "\\xed\\xa0\\x80");
    CHECK(shown("\xf0\x9f\x98\x80") == "\xf0\x9f\x98\x80");
}
