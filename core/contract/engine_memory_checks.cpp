#include "core/contract/engine_checks.h"
#include "core/contract/kept_dump.h"
#include "core/contract/process_watch.h"

namespace dbackup::contract {

namespace {

sdk::DumpRequest largeDatabase(const Subject& subject) {
    sdk::DumpRequest request;
    request.database = subject.text("largeDatabase");
    return request;
}

void requireFlat(const std::string& what, std::size_t small, std::size_t large) {
    constexpr std::size_t most_bytes = std::size_t{64} << 20;
    constexpr std::size_t most_difference = std::size_t{8} << 20;
    require(large <= most_bytes,
            what + " takes " + std::to_string(large >> 20) + " MiB of memory, not at most 64");
    require(large <= small + most_difference,
            "memory grows with the database in " + what + ": " + std::to_string(small >> 10) + " and " +
                std::to_string(large >> 10) + " KiB");
}

void requireFlatDump(const Subject& subject) {
    const auto grown_by = [&](const std::string& database, const JsonObject& changes) {
        const PeakMemory peak;
        DumpFile output;
        dump(*subject.engine(changes), database, output, *subject.run());
        return peak.grown();
    };
    const std::size_t small = grown_by(checkedDatabase(subject), JsonObject());
    const std::size_t large = grown_by(subject.text("largeDatabase"), subject.changes("largeSettings"));
    requireFlat("a dump", small, large);
}

void requireFlatRestore(const Subject& subject, const std::string& name) {
    const auto grown_by = [&](const KeptDump& kept) {
        const bool overwrite = true;
        const PeakMemory peak;
        kept.restore(kept.into(name, overwrite), *subject.run());
        return peak.grown();
    };
    const std::size_t small = grown_by(KeptDump(subject));
    const std::size_t large =
        grown_by(KeptDump(subject, largeDatabase(subject), subject.changes("largeSettings")));
    requireFlat("a restore", small, large);
}

}  // namespace

void addEngineMemoryChecks(Suite& suite, const Subject& subject) {
    const std::string dumps = "dump: memory does not grow with the database";
    const std::string restores = "restore: memory does not grow with the database";
    const std::vector<std::string> names = subject.texts("restoreAs");
    const std::string why_not = !measures_memory ? "built with a sanitizer"
                                : subject.text("largeDatabase").empty()
                                    ? "the check file names no largeDatabase"
                                    : "";
    if (why_not.empty()) {
        suite.add(dumps, [&] { requireFlatDump(subject); });
    } else {
        suite.notApplicable(dumps, why_not);
    }
    if (why_not.empty() && subject.capable("restore") && !names.empty()) {
        suite.add(restores, [&subject, name = names.front()] { requireFlatRestore(subject, name); });
    } else {
        suite.notApplicable(restores, why_not.empty() ? "it restores nothing here" : why_not);
    }
}

}  // namespace dbackup::contract
