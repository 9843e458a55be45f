#include <chrono>
#include <csignal>
#include <iostream>
#include <sstream>

#include <unistd.h>

#include <dbackup/sdk/subprocess.h>

#include "core/contract/moments.h"
#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

using Clock = std::chrono::steady_clock;
using sdk::ErrorKind;
constexpr std::size_t mib = std::size_t{1} << 20;

void requireStopBefore(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "never";
    const auto run = subject.run();
    run->requestStop();
    const auto error = errorOf("an upload that was stopped before it began",
                               [&] { put(*at.target, name, patternOf(mib), *run); });
    requireKind("an upload that was stopped before it began", error, ErrorKind::Cancelled);
    run->requireClean();
    requireInvisible(*at.target, name, *at.run);
}

void requireStopAtAnyMoment(const Subject& subject) {
    const TestPrefix prefix(subject);
    const std::string bytes = patternOf(16 * mib);
    const auto target = subject.target();
    const auto begin = Clock::now();
    put(*target, prefix + "whole", bytes, *subject.run());
    forMoments(Clock::now() - begin, [&](Clock::duration moment) {
        const auto run = subject.run();
        const StopAfter stop(*run, moment);
        try {
            put(*target, prefix + "stopped", bytes, *run, sdk::IfExists::Replace);
        } catch (const sdk::Error& error) {
            requireKind("an upload that was stopped", error, ErrorKind::Cancelled);
            requireInvisible(*target, prefix + "stopped", *subject.run());
        }
        stop.requireQuickEnd();
        run->requireClean();
        target->remove(prefix + "stopped", *subject.run());
    });
}

void requireReadStopped(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "read";
    put(*at.target, name, patternOf(16 * mib), *at.run);
    const auto run = subject.run();
    const auto reader = at.target->open(name, {}, *run);
    std::vector<std::byte> buffer(1000);
    require(reader->read(buffer) > 0, "an object has no bytes");
    run->requestStop();
    const auto begin = Clock::now();
    const auto error = errorOf("a download that was stopped", [&] {
        while (reader->read(buffer) > 0) {
            require(Clock::now() - begin < std::chrono::seconds(2),
                    "a download goes on for two seconds after it was stopped");
        }
    });
    requireKind("a download that was stopped", error, ErrorKind::Cancelled);
}

/// A process of its own dies in the middle of an upload; what it announced is cleaned up.
void requireCleanupAfterKill(const Subject& subject, const std::vector<std::string>& self) {
    const TestPrefix prefix(subject);
    const std::string name = prefix + "killed";
    const auto run = subject.run();
    sdk::Command command(self.front());
    command.args({self.begin() + 1, self.end()}).arg("--die-in-upload").arg(name);
    std::string tokens;
    {
        sdk::Subprocess child(command, *run);
        tokens = child.readAll();
        require(child.wait().signal == SIGKILL,
                "the upload that was to be killed ended otherwise: " + child.errorText());
    }
    const auto target = subject.target();
    requireInvisible(*target, name, *run);
    std::istringstream lines(tokens);
    for (std::string token; std::getline(lines, token);) {
        target->cleanup(token, *run);
        target->cleanup(token, *run);  // what is gone is fine
    }
    requireInvisible(*target, name, *run);
    put(*target, name, "after all", *run);
    require(listed(*target, prefix.text(), *run) == std::vector{name}, "what a killed upload left is listed");
}

}  // namespace

void dieInUpload(const Subject& subject, const std::string& name) {
    const auto run = subject.run();
    const auto target = subject.target();
    const auto writer = target->create({name, std::nullopt, sdk::IfExists::Fail}, *run);
    const std::string bytes = patternOf(8 * mib);
    writer->write(std::as_bytes(std::span(bytes)));
    for (const std::string& token : run->leftovers()) {
        std::cout << token << '\n';
    }
    std::cout << std::flush;
    std::filesystem::remove_all(run->scratch());
    ::kill(::getpid(), SIGKILL);
    std::abort();
}

void addTargetStopChecks(Suite& suite, const Subject& subject, const std::vector<std::string>& self) {
    suite.add("stop: before an upload", [&] { requireStopBefore(subject); });
    suite.add("stop: at any moment of an upload, within two seconds",
              [&] { requireStopAtAnyMoment(subject); });
    suite.add("stop: in a download", [&] { requireReadStopped(subject); });
    suite.add("cleanup: of what a killed upload left",
              [&subject, self] { requireCleanupAfterKill(subject, self); });
}

}  // namespace dbackup::contract
