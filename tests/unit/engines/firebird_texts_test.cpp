#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "plugins/engines/firebird/backup_check.h"
#include "plugins/engines/firebird/client_tools.h"
#include "plugins/engines/firebird/database_state.h"
#include "plugins/engines/firebird/failure.h"

using Catch::Matchers::Contains;
using dbackup::firebird::BackupCheck;
using dbackup::firebird::DatabaseState;
using dbackup::firebird::failure;
using dbackup::firebird::ServerSettings;
using dbackup::firebird::versionIn;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::Settings;

namespace {

const ServerSettings server(Settings(R"({"host":"h","port":3050,"user":"bk","password":"x"})"));

ErrorKind kindOf(const std::string& words) {
    return failure(server, "it failed", words).kind();
}

BackupCheck checkOf(std::string_view bytes) {
    BackupCheck check;
    for (const char& byte : bytes) {  // in pieces
        check.update(std::as_bytes(std::span(&byte, 1)));
    }
    return check;
}

const std::string whole = std::string("\0\2\4\12 some bytes", 15) + std::string(497, 'x');

}  // namespace

TEST_CASE("firebird: versions are read from what tools and servers say", "[firebird]") {
    CHECK(versionIn("gbak:gbak version LI-V3.0.11.33637 Firebird 3.0") == "3.0.11");
    CHECK(versionIn("Server version: WI-T5.0.0.1306 Firebird 5.0 Beta 2") == "5.0.0");
    for (const char* text : {"", "gbak", "a-V", "a-V3", "a-V3.0 Firebird", "a-V.3.0.1"}) {
        CAPTURE(text);
        CHECK(versionIn(text).empty());
    }
}

TEST_CASE("firebird: addresses have the port, and brackets where they must", "[firebird]") {
    CHECK(server.address("/a b.fdb") == "h/3050:/a b.fdb");
    const ServerSettings ipv6(Settings(R"({"host":"::1","port":1,"user":"bk","password":"x"})"));
    CHECK(ipv6.address("alias") == "[::1]/1:alias");
}

TEST_CASE("firebird: what the tools say has a kind and a hint", "[firebird]") {
    CHECK(kindOf("Your user name and password are not defined. Ask") == ErrorKind::Authentication);
    CHECK(kindOf("database /x/y.fdb shutdown") == ErrorKind::Unavailable);
    CHECK(kindOf("connection shutdown\n-Killed") == ErrorKind::Unavailable);
    CHECK(kindOf("I/O error during \"write\" operation\n-No space left on device") == ErrorKind::NoSpace);
    CHECK(kindOf("I/O error\n-No such file or directory") == ErrorKind::NotFound);
    CHECK(kindOf("Expected backup version 1..10.  Found 11") == ErrorKind::Unsupported);
    CHECK(kindOf("something new") == ErrorKind::ToolFailed);
    CHECK(kindOf("") == ErrorKind::ToolFailed);
    const Error create = failure(server, "it failed", "no permission for CREATE access to DATABASE /x");
    CHECK(create.kind() == ErrorKind::Permission);
    CHECK_THAT(create.hint(), Contains("GRANT CREATE DATABASE TO USER bk"));
    const Error owner = failure(server, "it failed", "You must be either SYSDBA or owner of the database");
    CHECK_THAT(owner.hint(), Contains("GRANT RDB$ADMIN TO USER bk"));
}

TEST_CASE("firebird: a backup is complete when gbak's own count says so", "[firebird]") {
    const std::string closing = "gbak:closing file, committing, and finishing. ";
    CHECK_NOTHROW(checkOf(whole).requireComplete("gbak:writing\n" + closing + "512 bytes written"));
    for (const std::string& words : {std::string(),
                                     std::string("gbak:writing data"),
                                     closing,
                                     closing + "x",
                                     closing + "511 bytes written",
                                     closing + "5120 bytes written"}) {
        CAPTURE(words);
        CHECK_THROWS_AS(checkOf(whole).requireComplete(words), Error);
    }
    CHECK_THROWS_AS(checkOf(whole + "x").requireComplete(closing + "513 bytes written"), Error);
    CHECK_THROWS_AS(checkOf("").requireComplete(closing + "0 bytes written"), Error);
    CHECK_THROWS_AS(checkOf("abcd").requireComplete(closing + "4 bytes written"), Error);
    CHECK_THROWS_AS(checkOf(std::string_view("\0\2\4", 3)).requireComplete(closing + "3 bytes written"),
                    Error);
}

TEST_CASE("firebird: a database's state is read from isql's lines", "[firebird]") {
    const std::string text =
        "\npath=/a=b.fdb   \n\npageSize=8192  \npages=3\ndialect=3\nshutdown=0\nods=12.0\nowner=ME \n"
        "charset=UTF8\nversion=3.0.11\nobjects=7\nothers=0\n";
    const DatabaseState state = DatabaseState::fromText(text);
    CHECK(state.path == "/a=b.fdb");
    CHECK(state.bytes() == 24576);
    CHECK(state.objects == 7);
    CHECK(state.toJson() ==
          R"({"server":"3.0.11","ods":"12.0","pageSize":8192,"charset":"UTF8","dialect":3,"owner":"ME"})");
    CHECK_THROWS_AS(DatabaseState::fromText("path=/a\n"), Error);
    CHECK_THROWS_AS(DatabaseState::fromText(text + "pages=many\n"), Error);
}
