#include <catch2/catch.hpp>

#include "listing.h"
#include "share_path.h"

using namespace dbackup::smb;

TEST_CASE("SMB names: what the share cannot have becomes private characters and comes back", "[smb]") {
    for (const std::string name :
         {"plain", "a\"b*c:d<e>f?g|h\\i;j", "ends with.", "blank ", ".", "\xE2\x82\xAC"}) {
        const std::string on_share = sharePart(name);
        CHECK(on_share.find_first_of("\"*:<>?|\\;") == std::string::npos);
        CHECK_FALSE(on_share.ends_with('.'));
        CHECK_FALSE(on_share.ends_with(' '));
        CHECK(ourPart(on_share) == name);
    }
    CHECK(sharePart("a:b") ==
          "a\xEF\x80\xBA"
          "b");
    CHECK(sharePart("a|b") ==
          "a\xEF\x81\xBC"
          "b");
    CHECK(quotedPath("a b/c") == "\"\\a b\\c\"");
    CHECK(quotedPath("") == "\"\"");
    CHECK(foldersOf("a/b/c") == std::vector<std::string>{"a", "a/b"});
}

TEST_CASE("SMB listing: rows are read from their end, so names may look like columns", "[smb]") {
    const std::string date = "  Sat Nov 28 11:53:21 2026";
    const auto row = listRow("  a b  A        6             A        4" + date);
    REQUIRE(row);
    CHECK(row->name == "a b  A        6");
    CHECK(row->size_bytes == 4);
    CHECK_FALSE(row->folder);
    CHECK(std::chrono::system_clock::to_time_t(row->modified) == 1795866801);
    const auto large = listRow("  " + std::string(180, 'n') + "     AH 268435456000" + date);
    REQUIRE(large);
    CHECK(large->name == std::string(180, 'n'));
    CHECK(large->size_bytes == 268435456000);
    const auto folder = listRow("  job                                 D        0" + date);
    REQUIRE(folder);
    CHECK(folder->folder);
    CHECK_FALSE(listRow("\t\t264212084 blocks of size 1024. 78963664 blocks available"));
    CHECK_FALSE(listRow("NT_STATUS_ACCESS_DENIED listing \\job\\*"));
    CHECK_FALSE(listRow(""));
    CHECK(freeBytes("\t\t264212084 blocks of size 1024. 78963664 blocks available") == 78963664ULL * 1024);
    CHECK_FALSE(freeBytes("NT_STATUS_ACCESS_DENIED listing \\job\\*"));
    CHECK_FALSE(freeBytes(""));
}
