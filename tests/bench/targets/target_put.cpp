// Writes standard input to a target as one object, as a worker's uploader does: blocks of 1 MiB, one thread.
// For benchmarks. usage: target_put PLUGIN.so COMPONENT SETTINGS.json NAME

#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "core/plugin/plugin_library.h"
#include "tests/support/recording_run.h"

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

std::uint64_t copyInput(dbackup::sdk::ObjectWriter& writer) {
    std::vector<std::byte> block(block_bytes);
    std::size_t filled = 0;
    std::uint64_t total = 0;
    while (true) {
        const ssize_t got = ::read(STDIN_FILENO, block.data() + filled, block.size() - filled);
        if (got < 0) throw dbackup::sdk::systemError("cannot read standard input", errno);
        filled += static_cast<std::size_t>(got);
        if (filled == block.size() || (got == 0 && filled > 0)) {
            writer.write({block.data(), filled});
            total += filled;
            filled = 0;
        }
        if (got == 0) return total;
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "usage: target_put PLUGIN.so COMPONENT SETTINGS.json NAME\n";
        return 2;
    }
    try {
        std::ifstream file(argv[3]);
        const std::string settings(std::istreambuf_iterator<char>(file), {});
        const dbackup::plugin::PluginLibrary library(argv[1]);
        const auto target = library.target(argv[2], settings);
        dbackup::test::RecordingRun run;
        const auto writer = target->create({argv[4], std::nullopt, dbackup::sdk::IfExists::Replace}, run);
        const std::uint64_t total = copyInput(*writer);
        if (writer->commit().size_bytes != total) return 1;
        for (const std::string& message : run.messages())
            std::cerr << message << '\n';
        return 0;
    } catch (const dbackup::sdk::Error& error) {
        std::cerr << "target_put: " << error.text() << '\n';
        return 1;
    }
}
