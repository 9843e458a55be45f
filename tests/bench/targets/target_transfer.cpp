// Standard input to a target as one object, or one object to standard output, as a worker does it: blocks of
// 1 MiB, one thread. For benchmarks. usage: target_transfer put|get PLUGIN.so COMPONENT SETTINGS.json NAME

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "core/plugin/plugin_library.h"
#include "tests/support/recording_run.h"

namespace {

using namespace dbackup;

constexpr std::size_t block_bytes = std::size_t{1} << 20;

std::uint64_t copyInput(sdk::ObjectWriter& writer) {
    std::vector<std::byte> block(block_bytes);
    std::size_t filled = 0;
    std::uint64_t total = 0;
    while (true) {
        const ssize_t got = ::read(STDIN_FILENO, block.data() + filled, block.size() - filled);
        if (got < 0) throw sdk::systemError("cannot read standard input", errno);
        filled += static_cast<std::size_t>(got);
        if (filled == block.size() || (got == 0 && filled > 0)) {
            writer.write({block.data(), filled});
            total += filled;
            filled = 0;
        }
        if (got == 0) return total;
    }
}

void writeOutput(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (count < 0) throw sdk::systemError("cannot write standard output", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void put(sdk::StorageTarget& target, const std::string& name, sdk::RunContext& run) {
    const auto writer = target.create({name, std::nullopt, sdk::IfExists::Replace}, run);
    const std::uint64_t total = copyInput(*writer);
    if (writer->commit().size_bytes == total) return;
    throw sdk::Error(sdk::ErrorKind::Integrity, name + " has another size than what was read");
}

void get(sdk::StorageTarget& target, const std::string& name, sdk::RunContext& run) {
    const auto reader = target.open(name, {}, run);
    std::vector<std::byte> block(block_bytes);
    while (const std::size_t count = reader->read(block))
        writeOutput({block.data(), count});
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv, argv + argc);
    if (words.size() != 6 || (words[1] != "put" && words[1] != "get")) {
        std::cerr << "usage: target_transfer put|get PLUGIN.so COMPONENT SETTINGS.json NAME\n";
        return 2;
    }
    test::RecordingRun run;
    try {
        std::ifstream file(words[4]);
        const std::string settings(std::istreambuf_iterator<char>(file), {});
        const plugin::PluginLibrary library(words[2]);
        const auto target = library.target(words[3], settings);
        (words[1] == "put" ? put : get)(*target, words[5], run);
        return 0;
    } catch (const sdk::Error& error) {
        for (const std::string& message : run.messages())
            std::cerr << message << '\n';
        std::cerr << "target_transfer: " << error.text() << '\n';
        return 1;
    }
}
