#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "plugins/engines/postgres/end_line_check.h"
#include "plugins/engines/postgres/quoting.h"
#include "plugins/engines/postgres/server_settings.h"

using namespace dbackup::postgres;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::Settings;

namespace {

constexpr const char* closing = "-- PostgreSQL database dump complete";
const std::string end = std::string("\n--\n") + closing + "\n--\n\n";

bool isComplete(const std::string& text, std::size_t step) {
    EndLineCheck check(closing);
    for (std::size_t at = 0; at < text.size(); at += step) {
        check.update(std::as_bytes(std::span(text)).subspan(at, std::min(step, text.size() - at)));
    }
    try {
        check.requireComplete();
        return true;
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::ToolFailed);
        return false;
    }
}

}  // namespace

TEST_CASE("EndLineCheck: the closing line is found, with and without what newer versions put around it",
          "[postgres]") {
    const std::string token(63, 'a');
    const std::string restricted = "--\n-- PostgreSQL database dump\n--\n\n\\restrict " + token + "\n\n";
    const std::string unrestrict = "\\unrestrict " + token + "\n\n";
    for (const std::size_t step : {1U, 5U, 4096U}) {
        CHECK(isComplete("CREATE TABLE a();\n" + end, step));
        CHECK(isComplete(restricted + std::string(3000, 'x') + "\n" + end + unrestrict, step));
        CHECK(isComplete(restricted + std::string(3000, 'x') + "\n" + unrestrict + end.substr(1), step));
        CHECK_FALSE(isComplete(restricted + std::string(3000, 'x') + "\n" + end, step));
    }
}

TEST_CASE("EndLineCheck: a dump cut anywhere is refused", "[postgres]") {
    const std::string token(63, 'b');
    const std::string restricted = "--\n\n\\restrict " + token + "\n\n";
    for (const std::string& whole :
         {"CREATE TABLE a();\n" + end, restricted + "x\n" + end + "\\unrestrict " + token + "\n\n"}) {
        REQUIRE(isComplete(whole, 7));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            CAPTURE(length);
            CHECK_FALSE(isComplete(whole.substr(0, length), 7));
        }
    }
}

TEST_CASE("EndLineCheck: the closing line within the data is not the end", "[postgres]") {
    CHECK_FALSE(isComplete("COPY a FROM stdin;\n" + std::string(closing) + "\nanother row\n", 4096));
    CHECK_FALSE(isComplete("CREATE TABLE a();\n-- text " + std::string(closing) + "\n", 4096));
}

TEST_CASE("quoting: names and texts survive their quotes", "[postgres]") {
    CHECK(quoteName("my \"own\" table") == "\"my \"\"own\"\" table\"");
    CHECK(quoteText("it's a \\") == "E'it''s a \\\\'");
    CHECK(quoteConninfo("a'b\\c d") == "'a\\'b\\\\c d'");
    CHECK(quotePassfile("a:b\\c") == "a\\:b\\\\c");
    CHECK(databaseArgument("-x y'") == "--dbname=dbname='-x y\\''");
}

TEST_CASE("ServerSettings: defaults, one database or a list", "[postgres]") {
    const ServerSettings plain(Settings(R"({"user":"u"})"));
    CHECK(plain.place() == "localhost:5432");
    CHECK(plain.sslmode == "prefer");
    CHECK(plain.databases.empty());
    CHECK(ServerSettings(Settings(R"({"user":"u","database":"one"})")).databases ==
          std::vector<std::string>{"one"});
    CHECK(ServerSettings(Settings(R"({"user":"u","database":["one","two"]})")).databases.size() == 2);
}

TEST_CASE("ServerSettings: a password that no password file can hold is refused", "[postgres]") {
    try {
        ServerSettings settings(Settings("{\"user\":\"u\",\"password\":\"two\\nlines\"}"));
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Settings);
        CHECK(std::string(error.what()).find("two") == std::string::npos);
    }
}
