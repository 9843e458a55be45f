#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/contract/engine_checks.h"
#include "core/contract/tool_crash.h"

namespace dbackup::contract {

namespace {

namespace fs = std::filesystem;

void requireMissingToolTold(const Subject& subject) {
    const auto outer = subject.run();
    const fs::path folder = outer->scratch() / "no-tools";
    fs::create_directory(folder);
    const auto run = subject.runWithTools(folder);
    DumpFile output;
    try {
        dump(*subject.engine(), checkedDatabase(subject), output, *run);
        require(output.complete(), "without tools the dump is not complete");  // it needs none
    } catch (const sdk::Error& error) {
        requireKind("a missing tool", error, sdk::ErrorKind::ToolMissing);
        require(!output.anyFinished(), "a dump without its tool has called finish()");
    }
    run->requireClean();
}

/// Programs that answer everything with the same text and succeed.
void makeTools(const fs::path& folder, const std::vector<std::string>& names, const std::string& answer) {
    fs::create_directory(folder);
    for (const std::string& name : names) {
        std::ofstream(folder / name) << "#!/bin/sh\necho '" << answer << "'\n";
        fs::permissions(folder / name, fs::perms::owner_all);
    }
}

/// Either the engine says what is wrong with the tool, or it has found a better one elsewhere.
void requireUnknownToolRefused(const Subject& subject) {
    DumpFile whole;
    dump(*subject.engine(), checkedDatabase(subject), whole, *subject.run());
    int number = 0;
    for (const char* answer : {"", "tool (unknown vendor) 99.99", "usage: tool", "tool 0.1"}) {
        const auto outer = subject.run();
        const fs::path folder = outer->scratch() / ("tools-" + std::to_string(++number));
        makeTools(folder, subject.texts("tools"), answer);
        const auto run = subject.runWithTools(folder.string());
        DumpFile output;
        try {
            dump(*subject.engine(), checkedDatabase(subject), output, *run);
            require(output.complete() && output.bytes() == whole.bytes(),
                    "what a tool of an unknown version wrote is a dump");
        } catch (const sdk::Error& error) {
            require(!output.complete(), "a dump by a tool of an unknown version has called finish()");
            require(error.kind() == sdk::ErrorKind::ToolMissing ||
                        error.kind() == sdk::ErrorKind::ToolFailed ||
                        error.kind() == sdk::ErrorKind::Unsupported,
                    "a tool of an unknown version is " + std::string(sdk::toString(error.kind())) + ": " +
                        error.text());
        }
        run->requireClean();
    }
}

void requireCrashTold(const Subject& subject) {
    const std::string database = checkedDatabase(subject);
    for (const int signal : {SIGSEGV, SIGABRT}) {
        const auto run = subject.run();
        DumpFile output;
        ToolCrash crash(signal);
        output.on_block = [&crash](std::uint64_t bytes) { crash.atBlock(bytes); };
        crash.requireTold("a dump", *run, [&] { dump(*subject.engine(), database, output, *run); });
        require(!output.complete(), "a dump whose tool has crashed has called finish()");
    }
}

}  // namespace

void addEngineToolChecks(Suite& suite, const Subject& subject) {
    suite.add("tools: a missing one is named", [&] { requireMissingToolTold(subject); });
    suite.add("tools: one that crashes in mid-dump is told, and leaves no core file",
              [&] { requireCrashTold(subject); });
    const std::string unknown = "tools: one that is not what its name says makes no dump";
    if (subject.texts("tools").empty()) {
        suite.notApplicable(unknown, "the check file names no tools");
    } else {
        suite.add(unknown, [&] { requireUnknownToolRefused(subject); });
    }
}

}  // namespace dbackup::contract
