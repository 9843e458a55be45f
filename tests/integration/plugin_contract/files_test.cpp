#include <fstream>

#include <catch2/catch.hpp>

#include "tests/integration/plugin_contract/plugin_check.h"
#include "tests/support/temp_dir.h"

using namespace dbackup::test;

TEST_CASE("The engine for files keeps the contract", "[contract]") {
    const TempDir folder;
    const auto fill = [&](const std::string& name, int files) {
        std::filesystem::create_directories(folder / name / "below");
        for (int i = 0; i < files; ++i) {
            std::ofstream(folder / name / "below" / std::to_string(i))
                << std::string(30000, static_cast<char>('a' + i % 26));
        }
        return (folder / name).string();
    };
    const std::string data = fill("data", 300);
    const std::string large = fill("four times", 1200);
    const std::string empty = fill("empty", 0);
    const std::string restores = fill("restores", 0);
    requireContract(FILES_PLUGIN,
                    "files",
                    R"({
        "settings": {"folders": [")" +
                        data + R"(", ")" + large + R"(", ")" + empty + R"("],
                     "restoreFolders": [")" +
                        restores + R"("]},
        "database": ")" +
                        data + R"(", "emptyDatabase": ")" + empty + R"(", "largeDatabase": ")" + large + R"(",
        "restoreAs": [")" +
                        restores + R"(/a copy", ")" + restores + R"(/it's \"odd\" ü $HOME", ")" + restores +
                        R"(/-dash"]})");
}
