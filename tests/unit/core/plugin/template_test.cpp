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

TEST_CASE("docs/plugins.md: shows the template as it is", "[plugin]") {
    const std::filesystem::path source = DBACKUP_SOURCE_DIR;
    const std::string page = contentsOf(source / "docs/plugins.md");
    for (const auto* name : {"folder_engine.cpp", "plugin.cpp", "engine_settings.json", "CMakeLists.txt"}) {
        const std::string text = contentsOf(source / "plugins/template" / name);
        REQUIRE_FALSE(text.empty());
        CHECK(page.find("\n" + text + "```\n") != std::string::npos);
    }
}

TEST_CASE("The plugin template: its engine dumps and restores", "[plugin]") {
    RecordingRun run;
    const TempDir dir;
    const std::string data(3000000, 'd');
    std::ofstream(dir / "first") << data;
    const auto engine = PluginLibrary(TEST_PLUGINS "/folder/folder.so")
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

TEST_CASE("The plugin template: a dump of a missing file fails and is not finished", "[plugin]") {
    RecordingRun run;
    const TempDir dir;
    const auto engine = PluginLibrary(TEST_PLUGINS "/folder/folder.so")
                            .engine("folder", R"({"folder":")" + dir.path().string() + "\"}");
    MemoryOutput output;
    sdk::DumpRequest dump;
    dump.database = "missing";
    CHECK_THROWS_AS(engine->dump(dump, output, run), Error);
    CHECK_FALSE(output.dump.finished);
}
