#include "plugins/sdk/src/plain_text.h"

#include <catch2/catch.hpp>

using dbackup::sdk::plainText;
using dbackup::sdk::trimmed;

TEST_CASE("plainText: well-formed UTF-8 stays as it is", "[sdk]") {
    const std::string text = "a\tb\n\u00e9 \u20ac \ud7ff \ue000 \U0001F600 \U0010FFFF";
    CHECK(plainText(text) == text);
    CHECK(plainText("").empty());
}

TEST_CASE("plainText: control characters become spaces", "[sdk]") {
    CHECK(plainText(std::string_view("a\0b\x1b[0m\r\x7f", 9)) == "a b [0m  ");
}

TEST_CASE("plainText: every broken byte becomes a question mark", "[sdk]") {
    CHECK(plainText("\xff\xfe") == "??");
    CHECK(plainText("\x80") == "?");                      // continuation without a start
    CHECK(plainText("\xc3") == "?");                      // cut after the first byte
    CHECK(plainText("\xe2\x82") == "??");                 // cut after the second
    CHECK(plainText("\xc0\xaf") == "??");                 // overlong
    CHECK(plainText("\xe0\x80\xaf") == "???");            // overlong
    CHECK(plainText("\xf0\x80\x80\xaf") == "????");       // overlong
    CHECK(plainText("\xed\xa0\x80") == "???");            // a surrogate
    CHECK(plainText("\xf4\x90\x80\x80") == "????");       // beyond Unicode
    CHECK(plainText("\xf5\x80\x80\x80") == "????");       // beyond Unicode
    CHECK(plainText("\xc3(\xe2\x82\xac") == "?(\u20ac");  // the next good one is kept
}

TEST_CASE("trimmed: white space goes at both ends only", "[sdk]") {
    CHECK(trimmed(" \t a b \r\n") == "a b");
    CHECK(trimmed("a") == "a");
    CHECK(trimmed(" \n").empty());
    CHECK(trimmed("").empty());
}
