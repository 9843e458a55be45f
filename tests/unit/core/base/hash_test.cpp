#include "core/base/hash.h"

#include <catch2/catch.hpp>

using dbackup::Sha256;
using dbackup::sha256Hex;

TEST_CASE("sha256Hex: agrees with FIPS 180-4 examples", "[base]") {
    CHECK(sha256Hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("Sha256: pieces give the digest of the whole, and it can be used again", "[base]") {
    Sha256 hash;
    const std::string text = "abc";
    for (int round = 0; round < 2; ++round) {
        for (const char& c : text) {
            hash.update(std::as_bytes(std::span(&c, 1)));
        }
        CHECK(hash.finishHex() == sha256Hex("abc"));
    }
    Sha256 moved = std::move(hash);
    CHECK(moved.finishHex() == sha256Hex(""));
}
