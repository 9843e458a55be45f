// The suite itself: each fault is found, by the check that is meant for it.
#include <ctime>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include <dbackup/sdk/subprocess.h>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Matches;
using Catch::Matchers::StartsWith;

namespace {

struct Fault {
    std::string fault;
    std::string check;   // the check that must find it
    std::string saying;  // and tell so
    std::vector<std::string> options = {};
};

/// Settings that the folder's components know, and what the check file says of them.
constexpr const char* check_file = R"({"settings": {"folder": "@FOLDER@", "fault": "@FAULT@"},
    "database": "data", "largeDatabase": "large", "restoreAs": ["restored"], "restoreRefused": ["no/folder"],
    "restoreGlobals": true, "objects": 300, "largeBytes": 200000001,
    "wrongIdentity": {"identity": "another"}, "wrongIdentityAccepted": {"acceptAnyIdentity": true},
    "fullPlace": {"room": 1000000}, "fullPlaceBytes": 3000000,
    "clockSkew": ["env", "DBACKUP_CHECK_SKEW=1"]})";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    return text.replace(text.find(what), what.size(), with);
}

void requireFound(const std::string& component, const Fault& fault) {
    const TempDir folder;
    std::ofstream(folder / "data") << std::string(3'000'000, 'd');
    std::ofstream(folder / "large").close();
    std::filesystem::resize_file(folder / "large", 25'000'000);
    const auto checkFile = [&](const std::string& name) {
        return replaced(replaced(check_file, "@FOLDER@", folder.path().string()), "@FAULT@", name);
    };
    CAPTURE(fault.fault);
    const Verdict broken =
        checkPlugin(BROKEN_PLUGIN, component, checkFile(fault.fault), fault.check, fault.options);
    INFO(broken.output);
    CHECK(broken.status == 1);
    CHECK(broken.output.find("FAILED     " + fault.check) != std::string::npos);
    CHECK(broken.output.find(fault.saying) != std::string::npos);
    std::filesystem::remove(folder / "restored");
    const Verdict sound = checkPlugin(BROKEN_PLUGIN, component, checkFile(""), fault.check, fault.options);
    INFO(sound.output);
    CHECK(sound.status == 0);
    CHECK(sound.output.find("ok         " + fault.check) != std::string::npos);
}

}  // namespace

TEST_CASE("The contract suite: finds what an engine does wrong", "[contract]") {
    for (const Fault& fault : std::initializer_list<Fault>{
             {"no version", "test: tells the server's version", "tells no version"},
             {"no databases", "databases: are found", "finds none"},
             {"never finishes", "dump: is complete", "has called finish() once"},
             {"secret in the log", "dump: is complete", "a log entry holds a secret"},
             {"open descriptor", "dump: is complete", "1 open descriptors"},
             {"file in scratch", "dump: is complete", "files in the scratch folder"},
             {"leftover kept", "dump: is complete", "announced a leftover"},
             {"secret in arguments", "dump: a slow destination", "the arguments of /bin/sh"},
             {"secret in the environment", "dump: globals", "the environment of /bin/sh"},
             {"takes a crash for the end", "tools: one that crashes", "whose tool has crashed succeeds"},
             {"swallows the destination's error", "dump: a destination that fails", "succeeds"},
             {"finishes a failed dump", "dump: a destination that fails", "has called finish()"},
             {"foreign exception", "dump: a database that does not exist", "no such file"},
             {"ignores stop", "stop: at any moment of a dump", "ms after it was stopped"},
             {"leaves a half restore", "restore: one whose source fails", "AlreadyExists"},
             {"overwrites untold", "restore: as 'restored'", "without overwrite succeeds"},
             {"overwrites untold",
              "restore: as 'no/folder' is refused",
              "checkRestore() as 'no/folder' succeeds"},
             {"secret in arguments", "restore: a slow source", "the arguments of /bin/sh"},
             {"secret in the environment", "restore: globals", "the environment of /bin/sh"},
             {"secret in an error", "restore: one whose source fails", "the error tells a secret"},
         }) {
        requireFound("broken-engine", fault);
    }
}

TEST_CASE("The contract suite: finds a restore that goes on when its tool has crashed",
          "[contract][broken]") {
    const TempDir folder;
    std::ofstream(folder / "data") << std::string(3'000'000, 'd');
    const auto said = [&](const std::string& fault) {
        const std::string settings =
            R"({"folder": ")" + folder.path().string() + R"(", "fault": ")" + fault + R"("})";
        return checkPlugin(BROKEN_PLUGIN,
                           "broken-engine",
                           R"({"database": "data", "restoreAs": ["restored"], "settings": )" + settings + "}",
                           "restore: a tool that crashes")
            .output;
    };
    CHECK(said("takes a crash for a restore").find("a restore whose tool has crashed succeeds") !=
          std::string::npos);
    CHECK(said("").find(
              "n/a        restore: a tool that crashes leaves nothing, and no core file: no tool runs") !=
          std::string::npos);
}

TEST_CASE("The contract suite: tells at its end what it has not looked at", "[contract][broken]") {
    const TempDir folder;
    std::ofstream(folder / "data") << "text";
    const auto ending = [&](const std::string& members, const std::string& only) {
        const Verdict verdict = checkPlugin(BROKEN_PLUGIN,
                                            "broken-engine",
                                            R"({"settings": {"folder": ")" + folder.path().string() + members,
                                            only);
        INFO(verdict.output);
        const std::size_t end = verdict.output.rfind('\n', verdict.output.size() - 2);
        return verdict.output.substr(end + 1);
    };
    CHECK_THAT(ending("\"}}", "test:"), Matches("1 kept, [0-9]+ left out by --only\n"));
    CHECK_THAT(ending(R"(", "fault": "no version"}})", "test:"), StartsWith("0 kept, 1 failed, "));
    CHECK_THAT(ending("\"}}", "restore:"), StartsWith("0 kept, 7 not looked at, "));
    CHECK_THAT(ending(R"("}, "deviations": {"databases: are found": "for a reason"}})", "databases"),
               StartsWith("0 kept, 1 declared as deviations, "));
}

TEST_CASE("The contract suite: finds what a target does wrong with objects", "[contract][broken]") {
    for (const Fault& fault : std::initializer_list<Fault>{
             {"wrong size", "object: all sizes", "another size than was written"},
             {"lists no empty ones", "object: an empty one", "is not listed"},
             {"visible before commit", "object: nothing is visible before commit()", "half is there"},
             {"commits at the end of scope", "object: nothing is visible before commit()", "half is there"},
             {"takes any size", "object: another size than was announced", "succeeds"},
             {"replaces untold", "object: one that exists", "a name that is taken succeeds"},
             {"replaces untold", "object: of two writers of one name", "not exactly one has won"},
             {"takes a name in two steps", "object: of two writers of one name", "not exactly one has won"},
             {"mixes writers", "object: several are written at once", "is not what was written"},
             {"takes a plus for a space", "object: odd names", "AlreadyExists"},
             {"cuts quotes", "object: names that Windows refuses", "cannot open"},
             {"lists folders only", "object: a name that begins like another", "is not of the names"},
             {"one byte off", "object: ranges", "is not what was written there"},
             {"fails at the end", "object: ranges", "answers 416"},
             {"removed nothing", "object: one that is not there", "remove() of nothing"},
             {"lists a page only", "list: many objects", "not all objects are listed"},
             {"lists no folders", "list: all objects", "lacks one"},
             {"removes one of many", "remove: many at once", "not exactly the others"},
         }) {
        requireFound("broken-target", fault);
    }
}

TEST_CASE("The contract suite: finds what a target does wrong when it is stopped", "[contract][broken]") {
    for (const Fault& fault : std::initializer_list<Fault>{
             {"takes a stop for success", "stop: before an upload", "succeeds"},
             {"gives up slowly", "stop: at any moment of an upload", "ms after it was stopped"},
             {"reads all at once", "stop: in a download", "succeeds"},
             {"fails to clean up", "cleanup: of what a killed upload left", "cannot clean up"},
         }) {
        requireFound("broken-target", fault);
    }
}

TEST_CASE("The contract suite: the clock that our targets are tried with is off", "[contract]") {
    RecordingRun run;
    sdk::Command date("/usr/bin/date");
    date.arg("+%s").env("LD_PRELOAD", SHIFTED_CLOCK).env("SHIFTED_CLOCK", "-7200");
    const std::time_t behind =
        std::time(nullptr) - std::stol(sdk::runTool(date, run, std::chrono::seconds(60)));
    CHECK(behind >= 7200);
    CHECK(behind < 7200 + 60);
}

TEST_CASE("The contract suite: finds what a target does wrong with its server", "[contract][broken]") {
    for (const Fault& fault : std::initializer_list<Fault>{
             {"takes any password", "connection: a wrong password", "succeeds"},
             {"takes any server", "connection: another server than the expected one", "succeeds"},
             {"says nothing of a stranger", "connection: a server that is not made sure of", "does not warn"},
             {"full is lost", "server: one that is full", "is Unavailable"},
             {"trips over the clock", "server: a clock that is off", "without the word"},
             {"secret in arguments", "secrets: none in the arguments", "the arguments of /bin/sh"},
             {"open descriptor", "test: writes, reads and removes", "1 open descriptors"},
         }) {
        requireFound("broken-target", fault);
    }
}

TEST_CASE("The contract suite: finds core files that a plugin allows to itself or to a tool",
          "[contract][broken]") {
    rlimit limit{};
    REQUIRE(getrlimit(RLIMIT_CORE, &limit) == 0);
    if (limit.rlim_max == 0) return;  // nobody can allow them here
    requireFound("broken-target",
                 {"allows core files", "test: writes, reads and removes", "allows core files"});
    for (const char* check : {"dump: a slow destination", "tools: one that crashes"}) {
        requireFound("broken-engine",
                     {"allows its tool core files", check, "which hold secrets, are allowed to cat"});
    }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("The contract suite: finds memory that grows with an object", "[contract][broken]") {
    requireFound("broken-target",
                 {"keeps all in memory", "object: memory does not grow", "memory grows with the object:"});
    requireFound(
        "broken-target",
        {"reads all at once", "object: memory does not grow", "memory grows with the object that is read"});
    requireFound("broken-target",
                 {"keeps all in memory", "object: one of five gigabytes", "MiB of memory", {"--large"}});
}

TEST_CASE("The contract suite: finds memory that grows with a database", "[contract][broken]") {
    requireFound(
        "broken-engine",
        {"keeps the dump in memory", "dump: memory does not grow", "grows with the database in a dump"});
    requireFound("broken-engine",
                 {"keeps the restore in memory",
                  "restore: memory does not grow",
                  "grows with the database in a restore"});
}
#endif
