#include "tests/integration/plugin_contract/plugin_check.h"

#include <fstream>

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

void requireContract(const std::string& plugin, const std::string& component, const std::string& check_file) {
    const Verdict verdict = checkPlugin(plugin, component, check_file);
    INFO(verdict.output);
    REQUIRE(verdict.status == 0);
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
