#include "hostile_engines.h"

#include <array>
#include <csignal>
#include <cstddef>
#include <stdexcept>

#include <unistd.h>

#include <dbackup/sdk/error.h>

namespace dbackup::test {

namespace {

constexpr std::size_t leak_step = 4U << 20;
constexpr std::size_t leak_enough = std::size_t{6} << 30;  // a machine without a limit must survive the test

[[noreturn]] void waitForEver() {
    for (;;) {
        ::pause();
    }
}

// Under a sanitizer a bad access is reported instead of being a signal, so the signal is raised too.
[[noreturn]] void crash() {
    ::signal(SIGSEGV, SIG_DFL);
    ::raise(SIGSEGV);
    waitForEver();
}

// Throws std::bad_alloc where the memory is limited.
[[noreturn]] void leak() {
    std::vector<std::unique_ptr<std::vector<char>>> kept;
    for (std::size_t taken = 0; taken < leak_enough; taken += leak_step) {
        kept.push_back(std::make_unique<std::vector<char>>(leak_step, 'x'));
    }
    waitForEver();
}

[[noreturn]] void writeForEver(sdk::ByteSink& sink) {
    const std::array<std::byte, 65536> bytes{};
    for (;;) {
        sink.write(bytes);
    }
}

}  // namespace

sdk::ServerInfo HostileEngine::test(sdk::RunContext& /*run*/) {
    return {"6.6.6", "Hostile", ""};
}

std::vector<sdk::DatabaseInfo> HostileEngine::databases(sdk::RunContext& /*run*/) {
    return {{"alpha", 0}};
}

void HostileEngine::checkRestore(const sdk::RestoreRequest& /*request*/, sdk::RunContext& /*run*/) {}

void HostileEngine::restore(const sdk::RestoreRequest& /*request*/,
                            sdk::ByteSource& /*source*/,
                            sdk::RunContext& /*run*/) {
    throw sdk::Error(sdk::ErrorKind::Unsupported, "a hostile engine restores nothing");
}

void beHostile(Hostility how, const sdk::DumpRequest& request, sdk::DumpOutput& output) {
    const auto sink = output.object({request.database, "bin", request.contents, "{}"});
    if (how != Hostility::Empty) sink->write("some bytes that look like the start of a dump\n");
    switch (how) {
        case Hostility::Crash:
            crash();
        case Hostility::ThrowInt:
            throw 42;  // NOLINT(hicpp-exception-baseclass): what this engine is for
        case Hostility::ThrowString:
            throw std::string("a foreign exception");  // NOLINT(hicpp-exception-baseclass): as above
        case Hostility::Hang:
            waitForEver();
        case Hostility::Endless:
            writeForEver(*sink);
        case Hostility::Leak:
            leak();
        case Hostility::Empty:
            sink->finish();
            return;
        case Hostility::Unfinished:
        case Hostility::None:
            return;
    }
}

CreateThrows::CreateThrows(const sdk::Settings& /*settings*/) {
    throw 42;  // NOLINT(hicpp-exception-baseclass): what this engine is for
}

void CreateThrows::dump(const sdk::DumpRequest& /*request*/,
                        sdk::DumpOutput& /*output*/,
                        sdk::RunContext& /*run*/) {}

CreateThrowsStandard::CreateThrowsStandard(const sdk::Settings& /*settings*/) {
    throw std::runtime_error("no luck today");
}

void CreateThrowsStandard::dump(const sdk::DumpRequest& /*request*/,
                                sdk::DumpOutput& /*output*/,
                                sdk::RunContext& /*run*/) {}

}  // namespace dbackup::test
