#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/plugin/plugin_library.h"
#include "tests/support/recording_run.h"
#include "tests/unit/core/plugin/memory_streams.h"

using namespace dbackup;
using namespace dbackup::plugin;
using namespace dbackup::test;

namespace {

std::string contentsOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("docs/plugins.md: shows the example that is tested here", "[plugin]") {
    const std::filesystem::path source = DBACKUP_SOURCE_DIR;
    const std::string page = contentsOf(source / "docs/plugins.md");
    for (const auto* name : {"plugin.cpp", "settings.json"}) {
        const std::string text = contentsOf(source / "tests/plugins/example" / name);
        REQUIRE_FALSE(text.empty());
        CHECK(page.find("\n" + text + "```\n") != std::string::npos);
    }
}

TEST_CASE("docs/plugins.md: the example dumps and restores", "[plugin]") {
    RecordingRun run;
    const TempDir dir;
    const std::string data(3000000, 'd');
    std::ofstream(dir / "first") << data;
    const auto engine = PluginLibrary(TEST_PLUGINS "/example/example.so")
                            .engine("folder", R"({"folder":")" + dir.path().string() + "\"}");
    CHECK(engine->test(run).message == "1 files");

    MemoryOutput output;
    sdk::DumpRequest dump;
    dump.database = "first";
    engine->dump(dump, output, run);
    CHECK(output.dump.finished);
    CHECK(output.dump.bytes == data);

    MemorySource source(output.dump.bytes);
    engine->restore({output.dump.object, "second", false, false}, source, run);
    CHECK(contentsOf(dir / "second") == data);
    CHECK_THROWS_AS(engine->checkRestore({output.dump.object, "second", false, false}, run), Error);
    CHECK_THROWS_AS(engine->checkRestore({output.dump.object, "../second", true, false}, run), Error);
}

TEST_CASE("docs/plugins.md: the example's dump of a missing file fails and is not finished", "[plugin]") {
    RecordingRun run;
    const TempDir dir;
    const auto engine = PluginLibrary(TEST_PLUGINS "/example/example.so")
                            .engine("folder", R"({"folder":")" + dir.path().string() + "\"}");
    MemoryOutput output;
    sdk::DumpRequest dump;
    dump.database = "missing";
    CHECK_THROWS_AS(engine->dump(dump, output, run), Error);
    CHECK_FALSE(output.dump.finished);
}
