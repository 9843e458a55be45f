#include <string>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "connection.h"
#include "packet.h"
#include "requests.h"

using namespace dbackup;
using namespace dbackup::sftp;
using namespace std::string_literals;

TEST_CASE("Packet: is written as the draft says", "[sftp]") {
    CHECK(requests::init().finished(7) == "\0\0\0\5\1\0\0\0\3"s);
    CHECK(requests::close("h").finished(0x01020304) == "\0\0\0\x0a\4\1\2\3\4\0\0\0\1h"s);
    CHECK(requests::read("h", 0x0102030405060708, 9).finished(1) ==
          "\0\0\0\x16\5\0\0\0\1\0\0\0\1h\1\2\3\4\5\6\7\x08\0\0\0\x09"s);
    CHECK(requests::rename("a", "b").finished(2) == "\0\0\0\x0f\x12\0\0\0\2\0\0\0\1a\0\0\0\1b"s);
}

TEST_CASE("PacketReader: reads back what was written, and no more", "[sftp]") {
    Packet packet(PacketType::Write);
    packet.u32(5).u64(0xfedcba9876543210).text("text").text("");
    const std::string bytes(packet.finished(3));
    PacketReader reader(std::string_view(bytes).substr(5));
    CHECK(reader.u32() == 3);
    CHECK(reader.u32() == 5);
    CHECK(reader.u64() == 0xfedcba9876543210);
    CHECK(reader.text() == "text");
    CHECK(reader.text().empty());
    CHECK(reader.atEnd());
    CHECK_THROWS_AS(reader.u32(), sdk::Error);
}

TEST_CASE("PacketReader: a text that is longer than its packet is refused", "[sftp]") {
    for (const std::string& bytes : {"\0\0\0\5four"s, "\xff\xff\xff\xff"s, "\0\0\0"s, ""s}) {
        PacketReader reader(bytes);
        CHECK_THROWS_AS(reader.text(), sdk::Error);
    }
}

TEST_CASE("Attributes: hold what the server has said, and skip what nobody knows", "[sftp]") {
    const std::string all =
        "\x80\0\0\x0f\0\0\0\0\0\0\1\0\0\0\0\1\0\0\0\2\0\0\x81\x80\0\0\0\3\0\0\0\4\0\0\0\1\0\0\0\1x\0\0\0\1y"s;
    PacketReader reader(all);
    const Attributes found = reader.attributes();
    CHECK(reader.atEnd());
    CHECK(found.size == 256U);
    CHECK(found.owner == 1U);
    CHECK(found.group == 2U);
    CHECK(found.isFile());
    CHECK_FALSE(found.isFolder());
    CHECK(found.accessed == 3U);
    CHECK(found.modified == 4U);
    const std::string none(4, '\0');
    CHECK(PacketReader(none).attributes() == Attributes{});
    for (std::size_t size = 0; size < all.size(); ++size) {
        PacketReader cut(std::string_view(all).substr(0, size));
        CHECK_THROWS_AS(cut.attributes(), sdk::Error);
    }
    // As many further ones as the packet cannot hold.
    const std::string endless = "\x80\0\0\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0"s;
    PacketReader bounded(endless);
    CHECK_THROWS_AS(bounded.attributes(), sdk::Error);
}

TEST_CASE("Status: is told with its text or without, and without control characters", "[sftp]") {
    const Status full = statusFrom({PacketType::Status, "\0\0\0\4\0\0\0\4no\n!\0\0\0\0"s});
    CHECK(full.isVague());
    CHECK(full.message == "no !");
    const Status bare = statusFrom({PacketType::Status, "\0\0\0\0"s});
    CHECK(bare.ok());
    CHECK(bare.message.empty());
    CHECK_THROWS_AS(statusFrom({PacketType::Data, "\0\0\0\0"s}), sdk::Error);
}
