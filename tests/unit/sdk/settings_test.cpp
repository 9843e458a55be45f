#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/settings.h>

#include "tests/unit/sdk/shell.h"

using namespace dbackup::sdk;
using namespace dbackup::test;
using namespace std::chrono_literals;

namespace {

const char* const example = R"({
    "host": "db.example", "empty": "", "nothing": null, "port": 5432, "ratio": 0.5, "tls": true, "wait": 30,
    "password": "s3cr3t", "names": ["a", "b"], "mixed": ["a", 1], "nested": {"inner": "value"}})";

}  // namespace

TEST_CASE("Settings: values come back by type", "[sdk]") {
    const Settings settings(example);
    CHECK(settings.text("host") == "db.example");
    CHECK(settings.integer("port") == 5432);
    CHECK(settings.number("ratio") == 0.5);
    CHECK(settings.number("port") == 5432.0);
    CHECK(settings.flag("tls"));
    CHECK(settings.secret("password").reveal() == "s3cr3t");
    CHECK(settings.list("names") == std::vector<std::string>{"a", "b"});
    CHECK(settings.seconds("wait", 5s) == 30s);
    CHECK(settings.object("nested").text("inner") == "value");
}

TEST_CASE("Settings: what is absent or null has the fallback", "[sdk]") {
    const Settings settings(example);
    for (const auto* key : {"absent", "nothing"}) {
        CHECK(settings.text(key, "fallback") == "fallback");
        CHECK(settings.integer(key, 7) == 7);
        CHECK(settings.number(key, 0.25) == 0.25);
        CHECK(settings.flag(key, true));
        CHECK(settings.secret(key).empty());
        CHECK(settings.list(key).empty());
        CHECK(settings.seconds(key, 9s) == 9s);
        CHECK_FALSE(settings.object(key).has("inner"));
    }
}

TEST_CASE("Settings: has() is false for absent, null and empty", "[sdk]") {
    const Settings settings(example);
    CHECK(settings.has("host"));
    CHECK(settings.has("port"));
    CHECK_FALSE(settings.has("empty"));
    CHECK_FALSE(settings.has("nothing"));
    CHECK_FALSE(settings.has("absent"));
}

TEST_CASE("Settings: a lone string is a list of one, an empty one of none", "[sdk]") {
    const Settings settings(example);
    CHECK(settings.list("host") == std::vector<std::string>{"db.example"});
    CHECK(settings.list("empty").empty());
}

TEST_CASE("Settings: a value of another type is an error that names the key, not the value", "[sdk]") {
    const Settings settings(example);
    CHECK(textThrownBy([&] { settings.text("port"); }) == "setting 'port' must be a string");
    CHECK(textThrownBy([&] { settings.integer("password"); }) == "setting 'password' must be a whole number");
    CHECK(textThrownBy([&] { settings.integer("ratio"); }) == "setting 'ratio' must be a whole number");
    CHECK(textThrownBy([&] { settings.integer("tls"); }) == "setting 'tls' must be a whole number");
    CHECK(textThrownBy([&] { settings.number("host"); }) == "setting 'host' must be a number");
    CHECK(textThrownBy([&] { settings.number("tls"); }) == "setting 'tls' must be a number");
    CHECK(textThrownBy([&] { settings.flag("port"); }) == "setting 'port' must be true or false");
    CHECK(textThrownBy([&] { settings.list("port"); }) == "setting 'port' must be a list of strings");
    CHECK(textThrownBy([&] { settings.list("mixed"); }) == "setting 'mixed' must be a list of strings");
    CHECK(textThrownBy([&] { settings.object("host"); }) == "setting 'host' must be an object");
    CHECK(kindThrownBy([&] { settings.text("port"); }) == ErrorKind::Settings);
}

TEST_CASE("Settings: text that is no JSON object is refused", "[sdk]") {
    for (const auto* text : {"", "[]", "7", "{\"a\":", "{\"a\":1} x"}) {
        CAPTURE(text);
        CHECK(kindThrownBy([&] { const Settings settings(text); }) == ErrorKind::Settings);
    }
}

TEST_CASE("Settings: a copy lives on its own", "[sdk]") {
    Settings copy("{}");
    {
        const Settings settings(example);
        copy = settings;
        Settings moved = std::move(copy);
        copy = moved;
    }
    CHECK(copy.text("host") == "db.example");
}
