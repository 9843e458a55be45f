#include "tests/integration/plugin_contract/plugin_check.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include <catch2/catch.hpp>

#include <dbackup/sdk/subprocess.h>

#include "tests/support/recording_run.h"

namespace dbackup::test {

Verdict checkPlugin(const std::string& plugin,
                    const std::string& component,
                    const std::string& check_file,
                    const std::string& only,
                    const std::vector<std::string>& options) {
    RecordingRun run;
    const std::string file = (run.scratch() / "check.json").string();
    std::ofstream(file) << check_file;
    sdk::Command command(PLUGIN_CHECK);
    command.args({plugin, file, "--component", component, "--only", only}).args(options);
    sdk::Subprocess child(command, run);
    std::string output = child.readAll();
    const sdk::ExitStatus status = child.wait();
    return {status.signal == 0 ? status.code : -status.signal, output + child.errorText()};
}

bool isLarge() {
    return std::getenv("DBACKUP_CHECK_LARGE") != nullptr;  // NOLINT(concurrency-mt-unsafe): nobody sets it
}

void requireContract(const std::string& plugin, const std::string& component, const std::string& check_file) {
    if (isLarge()) {
        const auto begin = std::chrono::steady_clock::now();
        requireCheck(plugin, component, check_file, large_object, {"--large"});
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        std::cout << component << ": " << took.count() << " s there and back" << std::endl;
        return;
    }
    const Verdict verdict = checkPlugin(plugin, component, check_file);
    INFO(verdict.output);
    REQUIRE(verdict.status == 0);
}

void requireCheck(const std::string& plugin,
                  const std::string& component,
                  const std::string& check_file,
                  const std::string& check,
                  const std::vector<std::string>& options) {
    const Verdict verdict = checkPlugin(plugin, component, check_file, check, options);
    INFO(verdict.output);
    CHECK(verdict.status == 0);
    CHECK(verdict.output.find("ok         " + check) != std::string::npos);
}

std::string fullPlace(const SmallDisk& disk, const std::string& changes) {
    if (!disk.mounted()) {
        WARN("may not mount a file system: a server that is full is not looked at");
        return {};
    }
    return R"(, "fullPlace": {)" + changes + R"(}, "fullPlaceBytes": 16777216)";
}

std::string clockSkew(int seconds) {
    // A sanitizer's runtime wants to be loaded before all else, unless told otherwise.
    return R"(, "clockSkew": ["env", "LD_PRELOAD=)" SHIFTED_CLOCK R"(", "SHIFTED_CLOCK=)" +
           std::to_string(seconds) + R"(", "ASAN_OPTIONS=verify_asan_link_order=0"])";
}

void requireSameContract(const std::string& plugin,
                         const std::string& component,
                         const std::string& check_file) {
    for (const char* part : {"settings:", "test:", "databases:", "dump: is complete", "restore: as"}) {
        const Verdict verdict = checkPlugin(plugin, component, check_file, part);
        INFO(verdict.output);
        CHECK(verdict.status == 0);
        CHECK(verdict.output.find("\nok ") != std::string::npos);
    }
}

}  // namespace dbackup::test
