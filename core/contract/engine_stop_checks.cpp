#include <chrono>

#include "core/contract/engine_checks.h"
#include "core/contract/moments.h"

namespace dbackup::contract {

namespace {

using Clock = std::chrono::steady_clock;

void requireStopBefore(const Subject& subject) {
    const auto run = subject.run();
    run->requestStop();
    DumpFile output;
    const sdk::Error error = failedDump(subject, checkedDatabase(subject), output, *run);
    requireKind("a dump that was stopped before it began", error, sdk::ErrorKind::Cancelled);
}

void requireStopAtAnyMoment(const Subject& subject) {
    const std::string database = checkedDatabase(subject);
    const auto begin = Clock::now();
    DumpFile whole;
    dump(*subject.engine(), database, whole, *subject.run());
    forMoments(Clock::now() - begin, [&](Clock::duration moment) {
        const auto run = subject.run();
        DumpFile output;
        const StopAfter stop(*run, moment);
        try {
            dump(*subject.engine(), database, output, *run);
            require(output.complete(), "a dump that ended well beside a stop is not complete");
        } catch (const sdk::Error& error) {
            requireKind("a dump that was stopped", error, sdk::ErrorKind::Cancelled);
        }
        stop.requireQuickEnd();
        run->requireClean();
    });
}

void requireStopWhileDestinationWaits(const Subject& subject) {
    const auto run = subject.run();
    DumpFile output;
    output.on_block = [&](std::uint64_t /*bytes*/) {
        run->requestStop();
        run->throwIfStopped();
    };
    const sdk::Error error = failedDump(subject, checkedDatabase(subject), output, *run);
    requireKind("a dump that was stopped at its first block", error, sdk::ErrorKind::Cancelled);
}

}  // namespace

void addEngineStopChecks(Suite& suite, const Subject& subject) {
    suite.add("stop: before the dump", [&] { requireStopBefore(subject); });
    suite.add("stop: while the destination waits", [&] { requireStopWhileDestinationWaits(subject); });
    suite.add("stop: at any moment of a dump, within two seconds", [&] { requireStopAtAnyMoment(subject); });
}

}  // namespace dbackup::contract
