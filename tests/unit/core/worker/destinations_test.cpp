#include <future>

#include <catch2/catch.hpp>

#include "harness.h"
#include "tests/support/temp_dir.h"

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

TEST_CASE("Backup: an upload that breaks is retried from the spool, and counts once", "[worker]") {
    Harness harness;
    const TempDir scratch;
    harness.addTarget("d2", breakAt("commit", 1, 1, "alpha"));
    auto request = harness.backupRequest();
    request.setup.scratch = scratch.path().string();
    request.spool_bytes = 64U << 20;
    request.compression = "none";
    for (auto& destination : request.destinations)
        destination.retries = 2;
    std::size_t dumps = 0;
    const std::string text = sampleText(3'000'000);
    harness.components.script.dump = [&](const auto& dump, sdk::DumpOutput& output, sdk::RunContext&) {
        ++dumps;
        const auto sink = output.object({dump.database, "bin", dump.contents, "{}"});
        sink->write(text);
        sink->finish();
    };
    const protocol::Event event = harness.backup(request);
    REQUIRE(event.ok);
    CHECK(resultOf(event).outcome == Outcome::Success);
    CHECK(dumps == 1);
    CHECK(harness.target("d2").objects().at("job/backup/alpha.bin") == text);
    CHECK(harness.logged("warning", "Upload of job/backup/alpha.bin to 'The d2' broke"));
    for (const protocol::Event& sent : harness.sent()) {
        if (sent.stage != "Uploading" || sent.kind == protocol::Event::Kind::Log) continue;
        CHECK(sent.bytes <= 6'000'000);
        if (sent.kind == protocol::Event::Kind::Progress) CHECK(sent.bytes <= sent.total_bytes);
        if (sent.kind == protocol::Event::Kind::StageEnded) CHECK(sent.bytes == 6'000'000);
    }
    CHECK(std::filesystem::is_empty(scratch.path()));
}

TEST_CASE("Backup: a manifest that could not be written or read is tried again", "[worker]") {
    const std::string step = GENERATE("create", "commit", "open");
    CAPTURE(step);
    Harness harness;
    harness.addTarget("d1", breakAt(step, 1, 1, "manifest"));
    auto request = harness.backupRequest();
    CHECK_FALSE(harness.backup(request).ok);
    harness.addTarget("d1", breakAt(step, 1, 1, "manifest"));
    request.destinations[0].retries = 1;
    CHECK(harness.backup(request).ok);
}

TEST_CASE("Backup: with a spool all dumps end before a slow destination has the first", "[worker]") {
    Harness harness;
    const TempDir scratch;
    std::promise<void> dumped;
    const std::shared_future<void> all_dumped = dumped.get_future().share();
    harness.addTarget("d1", [&](std::string_view step, const std::string& name) {
        if (step == "commit" && name.find("manifest") == std::string::npos) all_dumped.wait();
    });
    harness.components.script.databases = {{"alpha", 1}, {"beta", 1}, {"gamma", 1}};
    std::size_t dumps = 0;
    const auto usual = harness.components.script.dump;
    harness.components.script.dump = [&](const auto& dump, auto& output, auto& run) {
        usual(dump, output, run);
        if (++dumps == 3) dumped.set_value();
    };
    auto request = harness.backupRequest();
    request.setup.scratch = scratch.path().string();
    request.spool_bytes = 64U << 20;
    REQUIRE(harness.backup(request).ok);
    CHECK(harness.target().objects().size() == 4);
    CHECK(
        harness.stages() ==
        "+Initializing -Initializing +Dumping Databases +Uploading -Dumping Databases -Uploading +Verifying "
        "-Verifying ");
}

TEST_CASE("Backup: with a spool an engine's failure ends the uploads that still drain", "[worker]") {
    Harness harness;
    const TempDir scratch;
    harness.components.script.databases = {{"alpha", 1}, {"beta", 1}};
    harness.components.script.dump = [&](const auto& dump, sdk::DumpOutput& output, sdk::RunContext&) {
        if (dump.database == "beta") throw Error(ErrorKind::ToolFailed, "the tool died");
        const auto sink = output.object({dump.database, "bin", dump.contents, "{}"});
        sink->write(sampleText(1'000'000));
        sink->finish();
    };
    auto request = harness.backupRequest();
    request.setup.scratch = scratch.path().string();
    request.spool_bytes = 64U << 20;
    request.compression = "none";
    request.destinations[0].bandwidth_limit = 2000;  // it would take minutes
    const protocol::Event event = harness.backup(request);
    CHECK(event.error_kind == ErrorKind::ToolFailed);
    CHECK(harness.target().objects().empty());
    CHECK(harness.target().open_writers == 0);
}

TEST_CASE("Backup: a spool where there can be none is told before anything is dumped", "[worker]") {
    Harness harness;
    auto request = harness.backupRequest();
    request.spool_bytes = 64U << 20;
    request.spool_folder = "/nonexistent/spool";
    const protocol::Event event = harness.backup(request);
    CHECK(event.error_kind == ErrorKind::NotFound);
    CHECK(event.error_message.find("/nonexistent/spool") != std::string::npos);
}
