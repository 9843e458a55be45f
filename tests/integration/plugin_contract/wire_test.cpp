// The suite's checks over the wire: a sound target keeps them, and each fault is found by the check that is
// meant for it.
#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/object_server.h"

using namespace dbackup::test;

namespace {

struct Fault {
    std::string fault;
    std::string check;   // the check that must find it
    std::string saying;  // and tell so
};

std::string checkFile(const ObjectServer& server, const std::string& fault) {
    return R"({"settings": {"url": ")" + server.url() + R"(", "password": "secret", "fault": ")" + fault +
           R"("}, "objects": 2500, "longestWait": 5, "shortTimeouts": {"stallTimeout": 1},
           "deviations": {"object: memory does not grow with its size": "it keeps an object in memory"}})";
}

}  // namespace

TEST_CASE("The contract suite: a sound target keeps it over the wire", "[contract][broken]") {
    const ObjectServer server;
    requireContract(OBJECTS_PLUGIN, "http-objects", checkFile(server, ""));
}

TEST_CASE("The contract suite: finds what a target does wrong on the wire", "[contract][broken]") {
    const ObjectServer server;
    for (const Fault& fault : std::initializer_list<Fault>{
             {"wrong kind", "connection: an unknown host", "is Internal"},
             {"wrong kind", "connection: a port where nobody listens", "is Internal"},
             {"waits too long", "connection: a server that says nothing", "after more than 5 seconds"},
             {"waits too long", "connection: a server that falls silent", "after more than 5 seconds"},
             {"ignores stop", "connection: a stop while the server says nothing", "ms after it was stopped"},
             {"ignores stop", "stop: while the server is silent in mid-upload", "ms after it was stopped"},
             {"takes a lost upload for good", "connection: a server that is lost in mid-upload", "succeeds"},
             {"repeats wrongly", "connection: one reset in mid-upload", "is not what was written"},
             {"takes 503 for good", "connection: one answer 503 in mid-upload", "NotFound"},
         }) {
        CAPTURE(fault.fault);
        const Verdict broken =
            checkPlugin(OBJECTS_PLUGIN, "http-objects", checkFile(server, fault.fault), fault.check);
        INFO(broken.output);
        CHECK(broken.status == 1);
        CHECK(broken.output.find("FAILED     " + fault.check) != std::string::npos);
        CHECK(broken.output.find(fault.saying) != std::string::npos);
    }
}
