#include <catch2/catch.hpp>

#include "cli/event_stream.h"

using namespace dbackup::cli;

TEST_CASE("EventParser: events come whole, however the bytes are cut", "[cli]") {
    const std::string text =
        ": still there\n\nid: 7\nevent: log\ndata: {\"a\":1}\n\nevent: end\r\ndata: one\r\ndata: two\r\n\r\n";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        EventParser parser;
        std::vector<ServerEvent> events;
        for (std::size_t at = 0; at < text.size(); at += size) {
            for (auto& event : parser.feed(std::string_view(text).substr(at, size))) {
                events.push_back(std::move(event));
            }
        }
        REQUIRE(events.size() == 2);
        CHECK(events[0].name == "log");
        CHECK(events[0].id == 7);
        CHECK(events[0].data == "{\"a\":1}");
        CHECK(events[1].name == "end");
        CHECK(events[1].id == 0);
        CHECK(events[1].data == "one\ntwo");
    }
}

TEST_CASE("EventParser: an event that is cut off never comes", "[cli]") {
    EventParser parser;
    CHECK(parser.feed("event: end\ndata: x\n").empty());
}
