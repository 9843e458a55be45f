#include "core/plugin/schema_format.h"

#include <vector>

#include <catch2/catch.hpp>

using dbackup::plugin::findFormat;

namespace {

void check(std::string_view name, const std::vector<std::string>& good, const std::vector<std::string>& bad) {
    const auto* format = findFormat(name);
    REQUIRE(format != nullptr);
    for (const std::string& text : good) {
        INFO(name << " should take " << text);
        CHECK(format->accepts(text));
    }
    for (const std::string& text : bad) {
        INFO(name << " should not take " << text);
        CHECK_FALSE(format->accepts(text));
    }
}

}  // namespace

TEST_CASE("SchemaFormat: hostname takes names and addresses", "[plugin]") {
    check("hostname",
          {"localhost",
           "db-1.example.com",
           "my_database",
           "example.com.",
           "10.0.0.1",
           "::1",
           "fe80::1%eth0",
           "2001:db8::17",
           std::string(63, 'a') + ".example"},
          {"",
           "-a",
           "a-",
           "a..b",
           ".a",
           "a b",
           "a/b",
           "a:5432",
           "1::2::3",
           "fe80::1%",
           "[::1]",
           "user@host",
           "b\u00fccher.example",
           std::string(64, 'a'),
           std::string("::1\0", 4),
           std::string("a\0b", 3)});
    std::string long_name;
    while (long_name.size() < 254) {
        long_name += "abc.";
    }
    check("hostname", {long_name.substr(0, 251)}, {long_name});
}

TEST_CASE("SchemaFormat: port takes 1 to 65535", "[plugin]") {
    check("port", {"1", "5432", "65535"}, {"", "0", "65536", "-1", "+1", "1x", " 1", "99999999999999999999"});
}

TEST_CASE("SchemaFormat: uri wants a scheme and nothing that must be escaped", "[plugin]") {
    check("uri",
          {"https://example.com",
           "https://user@example.com:8080/a%20b?c=d&e#f",
           "urn:isbn:0451450523",
           "file:///tmp/x",
           "http://[::1]/"},
          {"",
           "example.com",
           "/path",
           "://x",
           "1http://x",
           "http:",
           "http://",
           "http://a b",
           "http://a\\b",
           "a{b}:c",
           "http://%zz",
           "http://x%2",
           "http://b\u00fccher"});
}

TEST_CASE("SchemaFormat: path is absolute and printable", "[plugin]") {
    check(
        "path",
        {"/", "/var/lib/x", "/with space/\u00e9"},
        {"", "relative", "./x", "~/x", "/new\nline", std::string("/a\0b", 4), "/" + std::string(4096, 'a')});
}

TEST_CASE("SchemaFormat: duration is numbers with units", "[plugin]") {
    check("duration",
          {"30s", "5m", "12h", "7d", "250ms", "1h30m", "0s"},
          {"", "30", "s", "5 m", "-5m", "1.5h", "5w", "1h30", "5mm", "9999999999999999s"});
}

TEST_CASE("SchemaFormat: byte-size is a number with or without a unit", "[plugin]") {
    check("byte-size",
          {"0", "512", "64KiB", "64 MiB", "10GB", "10 kB", "1TiB", "3B", "3 GiB"},
          {"", "KiB", "1.5GiB", "-1", "64 mib", "64  MiB", "64KiB ", "1 2", "64KiB7", "9999999999999999"});
}

TEST_CASE("SchemaFormat: email takes the usual form", "[plugin]") {
    check("email",
          {"joe@example.com", "joe.bloggs+backup@mail.example", "o'neil@localhost"},
          {"",
           "joe",
           "@example.com",
           "joe@",
           "joe@@example.com",
           "a b@example.com",
           ".joe@example.com",
           "joe.@example.com",
           "j..oe@example.com",
           "joe@exa mple.com",
           "joe@::1",
           std::string(65, 'a') + "@example.com"});
}

TEST_CASE("SchemaFormat: others are not in the subset", "[plugin]") {
    for (const auto* name : {"", "date", "ipv4", "Hostname", "regex"}) {
        CHECK(findFormat(name) == nullptr);
    }
}
