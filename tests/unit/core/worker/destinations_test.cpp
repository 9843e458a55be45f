#include <catch2/catch.hpp>

#include "harness.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

MemoryTarget::Hook failAt(const std::string& step,
                          const std::string& part,
                          ErrorKind kind = ErrorKind::Unavailable) {
    return [=](std::string_view at, const std::string& name) {
        if (at == step && name.find(part) != std::string::npos) throw Error(kind, "no route to the " + step);
    };
}

}  // namespace

TEST_CASE("Backup: a destination that fails at any step leaves a partial backup", "[worker]") {
    const auto [step, part] = GENERATE(table<std::string, std::string>({{"create", "alpha"},
                                                                        {"write", "alpha"},
                                                                        {"commit", "alpha"},
                                                                        {"open", "alpha"},
                                                                        {"read", "alpha"},
                                                                        {"create", "manifest"},
                                                                        {"commit", "manifest"},
                                                                        {"open", "manifest"}}));
    CAPTURE(step, part);
    Harness harness;
    harness.addTarget("d2", failAt(step, part));
    const protocol::Event event = harness.backup();
    REQUIRE(event.ok);
    const auto result = resultOf(event);
    CHECK(result.outcome == Outcome::Partial);
    CHECK(result.destinations[0].ok);
    CHECK_FALSE(result.destinations[1].ok);
    CHECK(result.destinations[1].error.find("no route to the " + step) != std::string::npos);
    CHECK(harness.target("d1").objects().size() == 2);
    CHECK(harness.target("d2").objects().empty());
    CHECK(harness.logged("error", "Destination 'The d2' failed"));
}

TEST_CASE("Backup: when every destination fails, each is named with its reason", "[worker]") {
    const std::string step = GENERATE("create", "read");
    Harness harness;
    harness.addTarget("d1", failAt(step, "alpha", ErrorKind::NoSpace));
    harness.addTarget("d2", failAt(step, "alpha"));
    const protocol::Event event = harness.backup();
    CHECK_FALSE(event.ok);
    CHECK(event.error_kind == ErrorKind::NoSpace);
    CHECK(event.error_message.find("destination 'The d1': ") != std::string::npos);
    CHECK(event.error_message.find("destination 'The d2': ") != std::string::npos);
    CHECK(resultOf(event).outcome == Outcome::Failed);
    CHECK(harness.target("d1").objects().empty());
}

TEST_CASE("Backup: what is read back must be what was written", "[worker]") {
    const std::string part = GENERATE("alpha", "manifest");
    CAPTURE(part);
    Harness harness;
    harness.addTarget("d1", [&](std::string_view at, const std::string& name) {
        if (at != "open" || name.find(part) == std::string::npos) return;
        std::string content = harness.target().objects().at(name);
        content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
        harness.target().put(name, content);
    });
    const protocol::Event event = harness.backup();
    CHECK(event.error_kind == ErrorKind::Integrity);
    CHECK(event.error_message.find(part) != std::string::npos);
    CHECK(harness.target().objects().empty());
}

TEST_CASE("Backup: what cannot be removed after a failure is a warning", "[worker]") {
    Harness harness;
    harness.components.script.databases = {{"alpha", 1}, {"beta", 1}};
    harness.addTarget("d1", [](std::string_view at, const std::string& name) {
        if (at == "remove") throw Error(ErrorKind::Unavailable, "gone");
        if (at == "create" && name.find("beta") != std::string::npos) throw Error(ErrorKind::NoSpace, "full");
    });
    CHECK_FALSE(harness.backup().ok);
    CHECK(harness.logged("warning", "Could not remove job/backup/alpha.bin.zst"));
}
