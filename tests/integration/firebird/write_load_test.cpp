#include <atomic>
#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include <dbackup/sdk/subprocess.h>

#include "fixture.h"

using namespace dbackup::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* accounts =
    "create table accounts (id int primary key, balance int not null, padding char(200));\n"
    "create table moves (id int, source int, target int);\n"
    "set term ^;\n"
    "execute block as declare n int = 0; begin while (n < 30000) do begin\n"
    "  insert into accounts values (:n, 1000, uuid_to_char(gen_uuid())); n = n + 1; end end^\n"
    "create procedure move_some as declare n int = 0; declare one int; declare other int; begin\n"
    "  while (n < 1000000) do begin\n"
    "    one = mod(n * 7919, 30000); other = 29999 - mod(n * 6007, 30000);\n"
    "    in autonomous transaction do begin\n"
    "      update accounts set balance = balance - 7 where id = :one;\n"
    "      update accounts set balance = balance + 7 where id = :other;\n"
    "      insert into moves values (:n, :one, :other);\n"
    "    end\n"
    "    n = n + 1;\n"
    "  end end^\n"
    "set term ;^\n"
    "commit;\n";

}  // namespace

TEST_CASE("FirebirdEngine: a dump under write load is of one moment", "[firebird]") {
    const Database bank("bank.fdb", accounts);
    dbackup::sdk::Command isql("/usr/bin/isql-fb");
    isql.args({"-q", "-user", "SYSDBA", "-password", "secret"})
        .arg("127.0.0.1/" + server().port() + ":" + bank.path())
        .withInput();
    RecordingRun writers_run;
    dbackup::sdk::Subprocess writer(isql, writers_run);
    const std::string work = "execute procedure move_some;\n";
    writer.writeInput(std::as_bytes(std::span(work)));
    const auto moves = [&] { return std::stoi(bank.value("select count(*) from moves")); };
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (moves() < 50 && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(10ms);
    }
    RecordingRun run;
    MemoryOutput output;
    int at_start = 0;
    output.on_block = [&](std::size_t bytes) {
        // The writer goes on while the dump is under way.
        if (bytes != 0) return;
        at_start = moves();
        while (moves() < at_start + 20 && std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(10ms);
        }
    };
    dumpWith(server().settings(), bank.path(), output, run);
    const int at_end = moves();
    REQUIRE(at_start >= 50);
    CHECK(at_end > at_start);
    writer.kill();
    CHECK_FALSE(writer.wait().ok());

    const Database again("again.fdb");
    restore({output.only().object, output.only().bytes, {}}, again.path());
    CHECK(again.value("select sum(balance) from accounts") == "30000000");
    // Every move is there in full or not at all: the balances follow from them.
    CHECK(again.value(
              "select count(*) from accounts a where balance <> 1000 + 7 * ((select count(*) from moves "
              "where target = a.id and id is not null) - (select count(*) from moves where source = "
              "a.id)) and id < 300") == "0");
    const int in_dump = std::stoi(again.value("select count(*) from moves"));
    CHECK(in_dump >= 50);
    CHECK(in_dump < at_end);
}
