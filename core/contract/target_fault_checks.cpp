#include <chrono>
#include <csignal>
#include <iostream>
#include <sstream>

#include <unistd.h>

#include <dbackup/sdk/subprocess.h>

#include "core/contract/connection_settings.h"
#include "core/contract/engine_checks.h"
#include "core/contract/moments.h"
#include "core/contract/process_watch.h"
#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

using Clock = std::chrono::steady_clock;
using sdk::ErrorKind;
constexpr std::size_t mib = std::size_t{1} << 20;

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

void requireLostServerTold(const Subject& subject) {
    const TestPrefix prefix(subject);
    const std::string bytes = patternOf(8 * mib);
    const auto port = static_cast<std::uint16_t>(std::stoi(subject.setting("port")));
    constexpr std::uint64_t parts = 6;
    for (std::uint64_t part = 0; part < parts; ++part) {
        const CutProxy proxy(subject.setting("host"), port, bytes.size() * part / parts + 1);
        const auto run = subject.run();
        const std::string name = prefix + ("lost " + std::to_string(part));
        const auto error = errorOf("an upload whose server is lost", [&] {
            put(*subject.target(leadTo(subject, proxy.port())), name, bytes, *run);
        });
        requireKind("an upload whose server is lost", error, ErrorKind::Unavailable);
        require(!run->tells(error.text()), "an error tells a secret");
        requireInvisible(*subject.target(), name, *subject.run());
        for (const std::string& token : run->leftovers())
            subject.target()->cleanup(token, *subject.run());
    }
}

void requireFlatMemory(const Subject& subject) {
    const auto grown_by = [&](std::size_t blocks) {
        const TestPrefix prefix(subject);
        const auto run = subject.run();
        const auto target = subject.target();
        const std::string block = patternOf(mib);
        const PeakMemory peak;
        const auto writer = target->create({prefix + "large", std::nullopt, sdk::IfExists::Fail}, *run);
        for (std::size_t i = 0; i < blocks; ++i)
            writer->write(std::as_bytes(std::span(block)));
        writer->commit();
        return peak.grown();
    };
    const std::size_t small = grown_by(64);
    const std::size_t large = grown_by(256);
    require(large <= small + 8 * mib && large <= 64 * mib,
            "memory grows with the object: " + std::to_string(small >> 10) + " and " +
                std::to_string(large >> 10) + " KiB for 64 and 256 MiB");
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

void addTargetFaultChecks(Suite& suite, const Subject& subject, const std::vector<std::string>& self) {
    suite.add("stop: at any moment of an upload, within two seconds",
              [&] { requireStopAtAnyMoment(subject); });
    suite.add("cleanup: of what a killed upload left",
              [&subject, self] { requireCleanupAfterKill(subject, self); });
    addConnectionChecks(suite, subject, [&subject](const JsonObject& changes, CheckRun& run) {
        subject.target(changes)->test(run);
    });
    const std::string lost = "connection: a server that is lost in mid-upload";
    if (const std::string why = whyNoServer(subject); !why.empty()) {
        suite.notApplicable(lost, why);
    } else {
        suite.add(lost, [&] { requireLostServerTold(subject); });
    }
    const std::string memory = "object: memory does not grow with its size";
    if (measures_memory) {
        suite.add(memory, [&] { requireFlatMemory(subject); });
    } else {
        suite.notApplicable(memory, "built with a sanitizer");
    }
}

void addTargetChecks(Suite& suite, const Subject& subject, const std::vector<std::string>& self) {
    addSettingsChecks(suite, subject);
    addObjectChecks(suite, subject);
    addTargetFaultChecks(suite, subject, self);
}

}  // namespace dbackup::contract
