// The suite itself: each fault is found, by the check that is meant for it.
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/temp_dir.h"

using namespace dbackup::test;

namespace {

struct Fault {
    std::string fault;
    std::string check;   // the check that must find it
    std::string saying;  // and tell so
};

void requireFound(const std::string& component, const Fault& fault) {
    const TempDir folder;
    std::ofstream(folder / "data") << std::string(3'000'000, 'd');
    const auto checkFile = [&](const std::string& name) {
        return R"({"settings": {"folder": ")" + folder.path().string() + R"(", "fault": ")" + name +
               R"("}, "database": "data", "restoreAs": ["restored"]})";
    };
    CAPTURE(fault.fault);
    const Verdict broken = checkPlugin(BROKEN_PLUGIN, component, checkFile(fault.fault), fault.check);
    INFO(broken.output);
    CHECK(broken.status == 1);
    CHECK(broken.output.find("FAILED     " + fault.check) != std::string::npos);
    CHECK(broken.output.find(fault.saying) != std::string::npos);
    std::filesystem::remove(folder / "restored");
    const Verdict sound = checkPlugin(BROKEN_PLUGIN, component, checkFile(""), fault.check);
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
             {"swallows the destination's error", "dump: a destination that fails", "succeeds"},
             {"finishes a failed dump", "dump: a destination that fails", "has called finish()"},
             {"foreign exception", "dump: a database that does not exist", "no such file"},
             {"ignores stop", "stop: at any moment of a dump", "ms after it was stopped"},
             {"leaves a half restore", "restore: one whose source fails", "AlreadyExists"},
             {"overwrites untold", "restore: as 'restored'", "without overwrite succeeds"},
         }) {
        requireFound("broken-engine", fault);
    }
}

TEST_CASE("The contract suite: finds what a target does wrong", "[contract]") {
    for (const Fault& fault : std::initializer_list<Fault>{
             {"wrong size", "object: all sizes", "another size than was written"},
             {"visible before commit", "object: nothing is visible before commit()", "half is there"},
             {"commits at the end of scope", "object: nothing is visible before commit()", "half is there"},
             {"takes any size", "object: another size than was announced", "succeeds"},
             {"replaces untold", "object: one that exists", "a name that is taken succeeds"},
             {"replaces untold", "object: of two writers of one name", "not exactly one has won"},
             {"one byte off", "object: ranges", "is not what was written there"},
             {"removed nothing", "object: one that is not there", "remove() of nothing"},
             {"lists a page only", "list: many objects", "not all objects are listed"},
             {"fails to clean up", "cleanup: of what a killed upload left", "cannot clean up"},
         }) {
        requireFound("broken-target", fault);
    }
}
