#include <algorithm>
#include <iostream>

#include <dbackup/sdk/subprocess.h>

#include "core/contract/engine_checks.h"
#include "core/contract/target_checks.h"
#include "core/contract/tool_watch.h"

namespace dbackup::contract {

namespace {

using sdk::ErrorKind;
constexpr std::size_t mib = std::size_t{1} << 20;
constexpr std::int64_t usual_full_bytes = 64 << 20;

/// Every kind of call, while somebody looks at the processes.
void requireSecretsKept(const Subject& subject) {
    const Place at(subject);
    ToolWatch tools(subject.secrets());
    const std::string name = at.prefix + "secret";
    at.target->test(*at.run);
    put(*at.target, name, patternOf(3 * mib), *at.run);
    get(*at.target, name, *at.run);
    at.target->stat(name, *at.run);
    listed(*at.target, at.prefix.text(), *at.run);
    at.target->remove(name, *at.run);
    tools.end();
    at.run->requireClean();
}

void requireFullTold(const Subject& subject) {
    const JsonObject changes = subject.changes("fullPlace");
    const auto size = static_cast<std::size_t>(integerOr(subject.file(), "fullPlaceBytes", usual_full_bytes));
    const TestPrefix prefix(subject);
    const auto small = subject.target(changes);
    const auto run = subject.run();
    const std::string name = prefix + "too large";
    const auto error =
        errorOf("an upload that does not fit", [&] { put(*small, name, patternOf(size), *run); });
    requireKind("an upload that does not fit", error, ErrorKind::NoSpace);
    require(!error.retryable(), "an upload that does not fit is said to be worth another try");
    requireInvisible(*small, name, *run);
    run->requireClean();
}

/// A program by its path, or by its name in the run's tool path.
std::string pathOfProgram(const std::string& program, const sdk::RunContext& run) {
    if (program.starts_with('/')) return program;
    const auto found = sdk::findTool(program, run);
    require(found.has_value(), "the check file's clockSkew asks for " + program + ", which is not there");
    return *found;
}

/// The target corrects what it is off by, or says that it is the clock.
void requireSkewTold(const Subject& subject, const std::vector<std::string>& self) {
    const auto run = subject.run();
    std::vector<std::string> words = subject.texts("clockSkew");
    words.insert(words.end(), self.begin(), self.end());
    sdk::Command command(pathOfProgram(words.front(), *run));
    command.args({words.begin() + 1, words.end()}).arg("--probe");
    sdk::Subprocess child(command, *run);
    std::string said = child.readAll();
    const sdk::ExitStatus status = child.wait();
    if (status.signal == 0 && status.code == 0) return;
    const std::string wrong = said + child.errorText();
    require(status.signal == 0, "with a clock that is off it crashes: " + wrong);
    std::transform(said.begin(), said.end(), said.begin(), [](unsigned char c) { return std::tolower(c); });
    require(said.find("clock") != std::string::npos,
            "that the clock is off is told without the word: " + wrong);
    require(!run->tells(wrong), "an error tells a secret");
}

}  // namespace

int probe(const Subject& subject) {
    const auto run = subject.run();
    try {
        subject.target()->test(*run);
        return 0;
    } catch (const sdk::Error& error) {
        std::cout << error.text() << '\n';
        return 1;
    }
}

void addServerChecks(Suite& suite, const Subject& subject, const std::vector<std::string>& self) {
    suite.add("secrets: none in the arguments or the environment of a tool",
              [&] { requireSecretsKept(subject); });
    const std::string full = "server: one that is full";
    if (subject.changes("fullPlace").size() > 0) {
        suite.add(full, [&] { requireFullTold(subject); });
    } else {
        suite.notApplicable(full, "the check file has no fullPlace");
    }
    const std::string skew = "server: a clock that is off";
    if (!subject.texts("clockSkew").empty()) {
        suite.add(skew, [&subject, self] { requireSkewTold(subject, self); });
    } else {
        suite.notApplicable(skew, "the check file has no clockSkew");
    }
}

void addTargetChecks(Suite& suite, const Subject& subject, const TargetCheckOptions& options) {
    addSettingsChecks(suite, subject);
    addObjectChecks(suite, subject);
    addNameChecks(suite, subject);
    addWriterChecks(suite, subject);
    addRangeChecks(suite, subject);
    addListChecks(suite, subject);
    addTargetStopChecks(suite, subject, options.self);
    addTargetConnectionChecks(suite, subject);
    addServerChecks(suite, subject, options.self);
    addMemoryChecks(suite, subject, options.large);
}

}  // namespace dbackup::contract
