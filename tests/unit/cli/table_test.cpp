#include "cli/table.h"

#include <catch2/catch.hpp>

#include "cli/text.h"

using namespace dbackup::cli;

TEST_CASE("Table: columns are as wide as they must be, numbers stand right", "[cli]") {
    Table table({{"NAME", false, true}, {"SIZE", true}});
    table.add({"Nightly", "1.2 GiB"});
    table.add({"日本", "9 B"});
    CHECK(table.text(0) ==
          "NAME        SIZE\n"
          "Nightly  1.2 GiB\n"
          "日本         9 B\n");
}

TEST_CASE("Table: no line is wider than the window", "[cli]") {
    Table table({{"ID"}, {"JOB", false, true}, {"REMARK", false, true}});
    table.add({"3f2b8c1e",
               "a job with a name that is much too long",
               "and a remark that is longer still, of course"});
    for (const std::size_t width : {200UL, 80UL, 60UL, 40UL, 20UL, 10UL, 1UL}) {
        const std::string text = table.text(width);
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = text.find('\n', at);
            CHECK(columnsOf(text.substr(at, end - at)) <= width);
            at = end + 1;
        }
    }
    // What must be read whole stays whole as long as others can give way.
    CHECK_THAT(table.text(40), Catch::Contains("3f2b8c1e"));
    // A file has no window.
    CHECK_THAT(table.text(0), Catch::Contains("of course"));
}

TEST_CASE("Table: control characters of a server's text are made visible", "[cli]") {
    Table table({{"NAME"}});
    table.add({"a\x1B]0;title\x07"});
    CHECK(table.text(0) == "NAME\na?]0;title?\n");
}
