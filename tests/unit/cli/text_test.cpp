#include "cli/text.h"

#include <catch2/catch.hpp>

using namespace dbackup::cli;

TEST_CASE("columnsOf: letters, not bytes", "[cli]") {
    CHECK(columnsOf("abc") == 3);
    CHECK(columnsOf("Größe") == 5);
    CHECK(columnsOf("日本") == 4);
    CHECK(columnsOf("e\xCC\x81") == 1);  // e and a combining accent
    CHECK(columnsOf("\xFF\xFE") == 2);
    CHECK(columnsOf("") == 0);
}

TEST_CASE("cutTo: never wider than asked, never half a letter", "[cli]") {
    CHECK(cutTo("Nightly", 7) == "Nightly");
    CHECK(cutTo("Nightly", 5) == "Nigh…");
    CHECK(cutTo("Größe", 4) == "Grö…");
    CHECK(cutTo("日本語", 4) == "日…");
    CHECK(cutTo("Nightly", 1) == "…");
}

TEST_CASE("printable: a name cannot steer the terminal", "[cli]") {
    CHECK(printable("a\x1B[31mb") == "a?[31mb");
    CHECK(printable("a\rb\nc\td") == "a?b c d");
    CHECK(printable("\xC2\x9Bm") == "?m");  // CSI of ISO 6429 in one letter
    CHECK(printable("\xE2\x80\xAE"
                    "abc") == "?abc");  // right-to-left override
    CHECK(printable("Größe 日本") == "Größe 日本");
    CHECK(printable("\xFF") == "?");
}
