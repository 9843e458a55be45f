#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/plugin/plugin_library.h"
#include "tests/support/recording_run.h"
#include "tests/unit/core/plugin/memory_streams.h"

using namespace dbackup;
using namespace dbackup::plugin;
using namespace dbackup::test;

namespace {

std::shared_ptr<sdk::DatabaseEngine> scripted(const std::string& settings) {
    return PluginLibrary(TEST_PLUGINS "/hostile/hostile.so").engine("scripted", settings);
}

Dump dumpOf(const std::string& settings, const std::string& database, RecordingRun& run) {
    MemoryOutput output;
    sdk::DumpRequest request;
    request.database = database;
    scripted(settings)->dump(request, output, run);
    return output.dump;
}

ErrorKind restoreKind(const std::string& settings,
                      const Dump& dump,
                      RecordingRun& run,
                      bool overwrite = false) {
    const sdk::RestoreRequest request{dump.object, dump.object.database, overwrite, false};
    MemorySource source(dump.bytes);
    try {
        const auto engine = scripted(settings);
        engine->checkRestore(request, run);
        engine->restore(request, source, run);
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::None;
}

}  // namespace

TEST_CASE("ScriptedEngine: dumps follow from seed and database alone", "[plugin]") {
    RecordingRun run;
    const std::string settings = R"({"databases":["a","b"],"bytes":200003,"seed":7})";
    const Dump first = dumpOf(settings, "a", run);
    CHECK(first.bytes.size() == 200003);
    CHECK(first.finished);
    CHECK(first.object.database == "a");
    CHECK(first.object.format == "bin");
    CHECK(run.estimated() == 200003);
    CHECK(dumpOf(settings, "a", run).bytes == first.bytes);
    CHECK(dumpOf(settings, "b", run).bytes != first.bytes);
    CHECK(dumpOf(R"({"databases":["a"],"bytes":200003,"seed":8})", "a", run).bytes != first.bytes);
}

TEST_CASE("ScriptedEngine: fails as it is told, after its bytes and without finish", "[plugin]") {
    RecordingRun run;
    MemoryOutput output;
    sdk::DumpRequest request;
    request.database = "alpha";
    const auto engine = scripted(R"({"fail":"ToolFailed","failTest":"Authentication","bytes":10})");
    CHECK_THROWS_AS(engine->dump(request, output, run), Error);
    CHECK(output.dump.bytes.size() == 10);
    CHECK_FALSE(output.dump.finished);
    CHECK_THROWS_AS(engine->test(run), Error);
    CHECK_THROWS_AS(engine->databases(run), Error);
    request.database = "nobody knows it";
    CHECK_THROWS_AS(engine->dump(request, output, run), Error);
}

TEST_CASE("ScriptedEngine: waits end with a stop", "[plugin]") {
    RecordingRun run;
    run.requestStop();
    MemoryOutput output;
    sdk::DumpRequest request;
    request.database = "alpha";
    CHECK_THROWS_AS(scripted(R"({"seconds":1000})")->dump(request, output, run), Error);
    CHECK_THROWS_AS(scripted(R"({"testSeconds":1000})")->test(run), Error);
}

TEST_CASE("ScriptedEngine: a restore compares what it gets with what was dumped", "[plugin]") {
    RecordingRun run;
    Dump dump = dumpOf(R"({"bytes":100000,"chunkDelayMs":1})", "alpha", run);
    CHECK(restoreKind(R"({"chunkDelayMs":1})", dump, run) == ErrorKind::None);
    Dump changed = dump;
    changed.bytes[70000] = static_cast<char>(changed.bytes[70000] ^ 1);
    CHECK(restoreKind("{}", changed, run) == ErrorKind::Integrity);
    Dump cut = dump;
    cut.bytes.pop_back();
    CHECK(restoreKind("{}", cut, run) == ErrorKind::Integrity);
}

TEST_CASE("ScriptedEngine: a restore writes the file that it is told, and overwrites it only if it may",
          "[plugin]") {
    RecordingRun run;
    const TempDir dir;
    const std::string file = dir / "restored";
    const std::string settings = R"({"restoreFile":")" + file + R"("})";
    const Dump dump = dumpOf("{}", "alpha", run);
    CHECK(restoreKind(settings, dump, run) == ErrorKind::None);
    std::ifstream in(file, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == dump.bytes);
    CHECK(restoreKind(settings, dump, run) == ErrorKind::AlreadyExists);
    CHECK(restoreKind(settings, dump, run, true) == ErrorKind::None);
    CHECK(restoreKind(R"({"restoreFile":"/dev/full"})", dump, run, true) == ErrorKind::NoSpace);
}
