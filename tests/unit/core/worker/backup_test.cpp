#include <atomic>
#include <future>
#include <set>

#include <catch2/catch.hpp>

#include "core/base/hash.h"
#include "core/model/manifest.h"
#include "harness.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

using Dump = decltype(ScriptEngine::Script::dump);

Manifest manifestOf(const MemoryTarget& target) {
    return parseManifest(target.objects().at("job/backup/manifest.json"), "job/backup");
}

void writeAndFinish(sdk::DumpOutput& output, const std::string& database, const std::string& text) {
    const auto sink = output.object({database, "bin", "database", "{}"});
    sink->write(text);
    sink->finish();
}

}  // namespace

TEST_CASE("Backup: everything is stored, verified and described by a manifest", "[worker]") {
    Harness harness;
    harness.addTarget("d2");
    harness.components.script.databases = {{"alpha", 10}, {"beta", 0}};
    const protocol::Event event = harness.backup();
    REQUIRE(event.ok);
    const auto result = resultOf(event);
    CHECK(result.outcome == Outcome::Success);
    CHECK(result.engine_version == "15.2");
    CHECK(result.engine_edition == "Test edition");
    REQUIRE(result.artifacts.size() == 2);
    CHECK(result.artifacts[0].name == "job/backup/alpha.bin.zst");
    CHECK(result.artifacts[0].source_id == "s1");
    CHECK(result.artifacts[0].original_bytes == 16);
    REQUIRE(result.destinations.size() == 2);
    CHECK(result.destinations[0].ok);
    for (const char* id : {"d1", "d2"}) {
        const auto objects = harness.target(id).objects();
        CHECK(objects.size() == 3);
        const Manifest manifest = manifestOf(harness.target(id));
        CHECK(manifest.execution_id == "execution-1");
        CHECK(manifest.job_name == "job");
        CHECK(manifest.software.starts_with("dbackup "));
        REQUIRE(manifest.sources.size() == 1);
        CHECK(manifest.sources[0].adapter_id == "engine");
        REQUIRE(manifest.objects.size() == 2);
        CHECK(manifest.objects[1].database == "beta");
        CHECK(manifest.objects[1].original_sha256 == sha256Hex("content of beta"));
        CHECK(manifest.objects[1].metadata == R"({"k":1})");
        std::uint64_t stored = 0;
        for (const auto& [name, content] : objects)
            stored += content.size();
        CHECK(static_cast<std::uint64_t>(result.size_bytes) == stored);
    }
    CHECK(harness.stages() ==
          "+Initializing -Initializing +Dumping Databases +Uploading -Dumping Databases -Uploading "
          "+Verifying -Verifying ");
}

TEST_CASE("Backup: only the databases that were asked for, also where they cannot be listed", "[worker]") {
    Harness harness;
    harness.components.script.listing = [](sdk::RunContext&) {
        throw Error(ErrorKind::Permission, "may not list");
    };
    auto request = harness.backupRequest();
    request.sources[0].databases = {"gamma"};
    request.sources[0].format = "special";
    std::string format;
    const Dump usual = harness.components.script.dump;
    harness.components.script.dump = [&](const auto& dump, auto& output, auto& run) {
        format = dump.format;
        usual(dump, output, run);
    };
    REQUIRE(harness.backup(request).ok);
    CHECK(format == "special");
    CHECK(harness.target().objects().contains("job/backup/gamma.bin.zst"));
    CHECK(harness.logged("debug", "may not list"));
    request.sources[0].databases = {};
    CHECK(harness.backup(request).error_kind == ErrorKind::Permission);
}

TEST_CASE("Backup: a source without databases is refused", "[worker]") {
    Harness harness;
    harness.components.script.databases = {};
    const protocol::Event event = harness.backup();
    CHECK(event.error_kind == ErrorKind::NotFound);
    CHECK(event.error_message == "there are no databases to back up on 'The s1'");
    CHECK(resultOf(event).outcome == Outcome::Failed);
    CHECK(harness.stages() == "+Initializing ");
}

TEST_CASE("Backup: nonsense in the request is refused before anything is dumped", "[worker]") {
    Harness harness;
    auto request = harness.backupRequest();
    SECTION("path") {
        request.path = GENERATE("job", "../x", "a/b/c", "/a/b", "");
    }
    SECTION("compression") {
        request.compression = "rar";
    }
    SECTION("level") {
        request.compression_level = 21;
    }
    SECTION("no destination") {
        request.destinations.clear();
    }
    SECTION("no source") {
        request.sources.clear();
    }
    SECTION("a target as source") {
        request.sources[0].component.component = "memory";
    }
    SECTION("an engine as destination") {
        request.destinations[0].component.component = "engine";
    }
    const protocol::Event event = harness.backup(request);
    CHECK(event.error_kind == ErrorKind::Settings);
    CHECK(harness.target().objects().empty());
}

TEST_CASE("Backup: globals are dumped where the engine has them", "[worker]") {
    Harness harness;
    harness.components.script.capabilities = R"({"formats":["bin"],"globals":true})";
    harness.components.script.databases = {{"globals", 1}};
    REQUIRE(harness.backup().ok);
    const Manifest manifest = manifestOf(harness.target());
    REQUIRE(manifest.objects.size() == 2);
    CHECK(manifest.objects[0].name == "globals.sql.zst");
    CHECK(manifest.objects[0].contents == "globals");
    CHECK(manifest.objects[1].contents == "database");
}

TEST_CASE("Backup: globals that may not be read are a warning", "[worker]") {
    const bool has_written = GENERATE(true, false);
    const ErrorKind kind = GENERATE(ErrorKind::Permission, ErrorKind::Unsupported);
    Harness harness;
    harness.components.script.capabilities = R"({"formats":["bin"],"globals":true})";
    const Dump usual = harness.components.script.dump;
    harness.components.script.dump = [&](const auto& request, auto& output, auto& run) {
        if (request.contents != "globals") return usual(request, output, run);
        if (has_written) usual(request, output, run);
        throw Error(kind, "must be superuser");
    };
    const protocol::Event event = harness.backup();
    REQUIRE(event.ok);
    CHECK(resultOf(event).outcome == Outcome::Success);
    CHECK(manifestOf(harness.target()).objects.size() == 1);
    CHECK(harness.target().objects().size() == 2);
    CHECK(harness.logged("warning", "without the globals: must be superuser"));
}

TEST_CASE("Backup: other errors of globals fail it", "[worker]") {
    Harness harness;
    harness.components.script.capabilities = R"({"formats":["bin"],"globals":true})";
    harness.components.script.dump = [](const auto& request, auto&, auto&) {
        if (request.contents == "globals") throw Error(ErrorKind::ToolFailed, "pg_dumpall died");
    };
    const protocol::Event event = harness.backup();
    CHECK(event.error_kind == ErrorKind::ToolFailed);
    CHECK(event.error_message == "globals: pg_dumpall died");
}

TEST_CASE("Backup: one failed dump leaves nothing, and the error names its database", "[worker]") {
    Harness harness;
    harness.addTarget("d2");
    harness.components.script.databases = {{"alpha", 1}, {"beta", 1}, {"gamma", 1}};
    const Dump usual = harness.components.script.dump;
    std::set<std::string> dumped;
    harness.components.script.dump = [&](const auto& request, auto& output, auto& run) {
        dumped.insert(request.database);
        if (request.database != "beta") return usual(request, output, run);
        const auto sink = output.object({"beta", "bin", "database", "{}"});
        sink->write("half of it");
        throw Error(ErrorKind::ToolFailed, "pg_dump failed (exit status 3)", "See the log").canRetry();
    };
    const protocol::Event event = harness.backup();
    CHECK(event.error_kind == ErrorKind::ToolFailed);
    CHECK(event.error_message == "database 'beta': pg_dump failed (exit status 3)");
    CHECK(event.error_hint == "See the log");
    CHECK(event.error_retryable);
    CHECK(dumped == std::set<std::string>{"alpha", "beta"});
    CHECK(harness.target("d1").objects().empty());
    CHECK(harness.target("d2").objects().empty());
    const auto result = resultOf(event);
    CHECK(result.outcome == Outcome::Failed);
    CHECK(result.artifacts.empty());
    CHECK(harness.stages() == "+Initializing -Initializing +Dumping Databases +Uploading ");
}

TEST_CASE("Backup: an engine that ends without a whole dump fails it", "[worker]") {
    Harness harness;
    std::string wanted;
    SECTION("no object") {
        harness.components.script.dump = [](const auto&, auto&, auto&) {};
        wanted = "the engine ended without a dump";
    }
    SECTION("not finished") {
        harness.components.script.dump = [](const auto&, auto& output, auto&) {
            output.object({"alpha", "bin", "database", "{}"})->write("half");
        };
        wanted = "the engine ended without completing the dump";
    }
    SECTION("empty") {
        harness.components.script.dump = [](const auto&, auto& output, auto&) {
            output.object({"alpha", "bin", "database", "{}"})->finish();
        };
        wanted = "the dump is empty";
    }
    const protocol::Event event = harness.backup();
    CHECK(event.error_kind == ErrorKind::ToolFailed);
    CHECK(event.error_message == "database 'alpha': " + wanted);
    CHECK(harness.target().objects().empty());
}

TEST_CASE("Backup: foreign exceptions of an engine name its plugin", "[worker]") {
    Harness harness;
    harness.components.script.dump = [](const auto&, auto&, auto&) { throw 42; };
    const protocol::Event event = harness.backup();
    CHECK(event.error_kind == ErrorKind::Internal);
    CHECK(event.error_message == "database 'alpha': plugin test failed with an exception of an unknown type");
}

TEST_CASE("Backup: an engine that claims to be cancelled has failed", "[worker]") {
    Harness harness;
    harness.components.script.dump = [](const auto&, auto&, auto&) {
        throw Error(ErrorKind::Cancelled, "bye");
    };
    const protocol::Event event = harness.backup();
    CHECK(event.error_kind == ErrorKind::Internal);
    CHECK(resultOf(event).outcome == Outcome::Failed);
}

TEST_CASE("Backup: several objects of one dump are all kept", "[worker]") {
    Harness harness;
    harness.components.script.dump = [](const auto&, auto& output, auto& run) {
        run.estimate(5000);
        writeAndFinish(output, "alpha", "one");
        writeAndFinish(output, "alpha", "two");
    };
    REQUIRE(harness.backup().ok);
    const Manifest manifest = manifestOf(harness.target());
    REQUIRE(manifest.objects.size() == 2);
    CHECK(manifest.objects[0].name == "alpha.bin.zst");
    CHECK(manifest.objects[1].name == "alpha~2.bin.zst");
}

TEST_CASE("Backup: large databases become volumes", "[worker]") {
    Harness harness;
    harness.components.script.databases = {{"alpha", 5000}};
    harness.components.script.dump = [](const auto&, auto& output, auto&) {
        writeAndFinish(output, "alpha", sampleText(2500));
    };
    auto request = harness.backupRequest();
    request.compression = "none";
    request.volume_bytes = 1000;
    const protocol::Event event = harness.backup(request);
    REQUIRE(event.ok);
    const auto result = resultOf(event);
    REQUIRE(result.artifacts.size() == 3);
    CHECK(result.artifacts[0].name == "job/backup/alpha.bin.000");
    CHECK(result.artifacts[0].original_bytes == 2500);
    CHECK(result.artifacts[2].original_bytes == 0);
    CHECK(manifestOf(harness.target()).objects[0].volumes.size() == 3);
}

TEST_CASE("Backup: tasks run side by side, no more than asked for", "[worker]") {
    Harness harness;
    harness.components.script.databases.clear();
    for (char c = 'a'; c < 'i'; ++c)
        harness.components.script.databases.push_back({std::string(1, c), 10});
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;
    std::atomic_flag reached;
    std::promise<void> three;
    const std::shared_future<void> all_three = three.get_future().share();
    harness.components.script.dump = [&](const auto& request, auto& output, auto&) {
        const int now = ++running;
        most = std::max<int>(most, now);
        if (now == 3 && !reached.test_and_set()) three.set_value();
        all_three.wait();
        writeAndFinish(output, request.database, sampleText(3'000'000));
        --running;
    };
    auto request = harness.backupRequest();
    request.parallel = 3;
    REQUIRE(harness.backup(request).ok);
    CHECK(most == 3);
    CHECK(manifestOf(harness.target()).objects.size() == 8);
    CHECK(manifestOf(harness.target()).objects[7].database == "h");
}

TEST_CASE("Backup: a failed task stops the others at once", "[worker]") {
    Harness harness;
    harness.components.script.databases = {{"waits", 1}, {"fails", 1}};
    std::promise<void> waiting;
    harness.components.script.dump = [&](const auto& request, auto& output, auto& run) {
        if (request.database == "fails") {
            waiting.get_future().wait();
            throw Error(ErrorKind::ToolFailed, "died");
        }
        const auto sink = output.object({request.database, "bin", "database", "{}"});
        waiting.set_value();
        while (true) {
            run.throwIfStopped();
            sink->write(sampleText(100'000));
        }
    };
    auto request = harness.backupRequest();
    request.parallel = 2;
    const protocol::Event event = harness.backup(request);
    CHECK(event.error_message == "database 'fails': died");
    CHECK(harness.target().objects().empty());
}

TEST_CASE("Backup: cancelled, it leaves nothing and says so", "[worker]") {
    Harness harness;
    harness.components.script.databases = {{"alpha", 1}, {"beta", 1}};
    const Dump usual = harness.components.script.dump;
    harness.components.script.dump = [&](const auto& request, auto& output, auto& run) {
        usual(request, output, run);
        if (request.database == "beta") harness.stop.request_stop();
    };
    const protocol::Event event = harness.backup();
    CHECK(event.error_kind == ErrorKind::Cancelled);
    CHECK(event.error_message == "the backup was cancelled");
    CHECK(resultOf(event).outcome == Outcome::Cancelled);
    CHECK(harness.target().objects().empty());
    CHECK(harness.target().open_writers == 0);
}

TEST_CASE("Backup: cancelled while it verifies or writes the manifest, it leaves nothing", "[worker]") {
    const std::string step = GENERATE("read", "create");
    const std::string part = step == "read" ? "alpha" : "manifest";
    Harness harness;
    harness.addTarget("d1", [&](std::string_view at, const std::string& name) {
        if (at == step && name.find(part) != std::string::npos) harness.stop.request_stop();
    });
    CHECK(harness.backup().error_kind == ErrorKind::Cancelled);
    CHECK(harness.target().objects().empty());
}

TEST_CASE("Backup: no secret leaves the worker", "[worker]") {
    Harness harness;
    harness.addTarget("d1", [](std::string_view at, const std::string&) {
        if (at == "commit")
            throw Error(ErrorKind::Authentication, "s3cr3t-value was refused", "Change s3cr3t-value");
    });
    harness.components.script.test = [](sdk::RunContext& run) {
        run.log(sdk::LogLevel::Info, "logging in with s3cr3t-value", "s3cr3t-value");
    };
    const protocol::Event event = harness.backup();
    harness.events.send(event);
    CHECK(harness.outputText().find("refused") != std::string::npos);
    CHECK(harness.outputText().find("s3cr3t-value") == std::string::npos);
}
