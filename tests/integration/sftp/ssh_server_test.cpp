#include "tests/support/ssh_server.h"

#include <fstream>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

using namespace dbackup;
using namespace dbackup::test;

namespace {

std::string sshTo(SshServer& server, const std::string& key, const std::string& agent = {}) {
    RecordingRun run;
    std::ofstream(run.scratch() / "known_hosts") << server.knownHostsLine();
    sdk::Command command("/usr/bin/ssh");
    command.args({"-F", "none", "-p", std::to_string(server.port()), "-o", "BatchMode=yes"});
    command.args({"-o", "UserKnownHostsFile=" + (run.scratch() / "known_hosts").string()});
    if (!key.empty()) command.args({"-o", "IdentitiesOnly=yes", "-i", server.keyFile(key).string()});
    if (!agent.empty()) command.env("SSH_AUTH_SOCK", agent);
    command.args({server.user() + "@127.0.0.1", "echo from $USER"});
    return sdk::runTool(command, run, std::chrono::seconds(20));
}

}  // namespace

TEST_CASE("SshServer: takes its keys and those of an agent", "[ssh]") {
    SshServer server;
    CHECK(sshTo(server, "ed25519") == "from " + server.user() + "\n");
    CHECK(sshTo(server, "rsa") == "from " + server.user() + "\n");
    const SshAgent agent(server.keyFile("ed25519"));
    CHECK(sshTo(server, "", agent.socket()) == "from " + server.user() + "\n");
    CHECK(server.hostKeyFingerprint().starts_with("SHA256:"));
}

TEST_CASE("SshServer: comes back on its port, with another host key when asked to", "[ssh]") {
    SshServer server;
    const std::string before = server.hostKeyFingerprint();
    server.kill();
    CHECK_THROWS_AS(sshTo(server, "ed25519"), sdk::Error);
    server.restart();
    CHECK(sshTo(server, "ed25519") == "from " + server.user() + "\n");
    server.changeHostKey();
    CHECK(server.hostKeyFingerprint() != before);
    CHECK(sshTo(server, "ed25519") == "from " + server.user() + "\n");
}
