#include <chrono>

#include "core/contract/engine_checks.h"
#include "core/contract/moments.h"

namespace dbackup::contract {

namespace {

using Clock = std::chrono::steady_clock;
using sdk::ErrorKind;

/// A dump in a file, to restore from.
class Kept {
public:
    explicit Kept(const Subject& subject) : subject_(subject), run_(subject.run()), dump_(run_->scratch()) {
        dump(*subject.engine(), checkedDatabase(subject), dump_, *subject.run());
        require(dump_.complete() && dump_.objects().size() == 1, "the dump is not one whole object");
    }

    DumpSource source() const { return DumpSource(dump_.objects().front()->file); }
    std::uint64_t size() const { return dump_.bytes(); }
    sdk::RestoreRequest into(const std::string& name, bool overwrite = false) const {
        sdk::RestoreRequest request;
        request.object = dump_.objects().front()->object;
        request.database = name;
        request.overwrite = overwrite;
        return request;
    }
    /// The engine of the place that is restored into.
    std::shared_ptr<sdk::DatabaseEngine> engine() const {
        return subject_.engine(subject_.changes("restoreSettings"));
    }
    /// Restores nothing has been made by: a restore would be taken.
    void requireFree(const std::string& name) const {
        const auto run = subject_.run();
        engine()->checkRestore(into(name), *run);
        run->requireClean();
    }

private:
    const Subject& subject_;
    std::unique_ptr<CheckRun> run_;
    DumpFile dump_;
};

void requireFailedRestoreLeavesNothing(const Subject& subject, const std::string& name) {
    const Kept kept(subject);
    for (const std::uint64_t at : {std::uint64_t{0}, kept.size() / 2, kept.size() - 1}) {
        const auto run = subject.run();
        DumpSource source = kept.source();
        source.on_read = [&](std::uint64_t bytes) {
            if (bytes >= at) throw sdk::Error(ErrorKind::Integrity, "the bytes are not what was written");
        };
        const sdk::Error error = errorOf("a restore whose source fails",
                                         [&] { kept.engine()->restore(kept.into(name), source, *run); });
        requireKind("a restore whose source fails", error, ErrorKind::Integrity);
        run->requireClean();
        kept.requireFree(name);
    }
}

void requireShortSourceRefused(const Subject& subject, const std::string& name) {
    const Kept kept(subject);
    for (const std::uint64_t end : {std::uint64_t{0}, kept.size() / 2, kept.size() - 1}) {
        const auto run = subject.run();
        DumpSource source = kept.source();
        source.end_at = end;
        const sdk::Error error =
            errorOf("a restore of a part", [&] { kept.engine()->restore(kept.into(name), source, *run); });
        require(error.kind() != ErrorKind::Internal,
                "a restore of a part is an internal error: " + error.text());
        run->requireClean();
        kept.requireFree(name);
    }
}

void requireRestore(const Subject& subject, const std::string& name) {
    const Kept kept(subject);
    const auto run = subject.run();
    kept.requireFree(name);
    DumpSource source = kept.source();
    kept.engine()->restore(kept.into(name), source, *run);
    run->requireClean();
    const sdk::Error error = errorOf("checkRestore() over data without overwrite",
                                     [&] { kept.engine()->checkRestore(kept.into(name), *run); });
    requireKind("checkRestore() over data without overwrite", error, ErrorKind::AlreadyExists);
    const bool overwrite = true;
    kept.engine()->checkRestore(kept.into(name, overwrite), *run);
    DumpSource again = kept.source();
    kept.engine()->restore(kept.into(name, overwrite), again, *run);
    run->requireClean();
}

void requireStopAtAnyMoment(const Subject& subject, const std::string& name) {
    const Kept kept(subject);
    const auto begin = Clock::now();
    {
        DumpSource source = kept.source();
        const bool overwrite = true;
        kept.engine()->restore(kept.into(name, overwrite), source, *subject.run());
    }
    forMoments(Clock::now() - begin, [&](Clock::duration moment) {
        const auto run = subject.run();
        const StopAfter stop(*run, moment);
        DumpSource source = kept.source();
        try {
            const bool overwrite = true;
            kept.engine()->restore(kept.into(name, overwrite), source, *run);
        } catch (const sdk::Error& error) {
            requireKind("a restore that was stopped", error, ErrorKind::Cancelled);
        }
        stop.requireQuickEnd();
        run->requireClean();
        const auto error = errorOf("a restore over data, after one was stopped",
                                   [&] { kept.engine()->checkRestore(kept.into(name), *subject.run()); });
        requireKind("a restore over data, after one was stopped,", error, ErrorKind::AlreadyExists);
    });
}

}  // namespace

void addEngineRestoreChecks(Suite& suite, const Subject& subject) {
    const std::vector<std::string> names = subject.texts("restoreAs");
    if (!subject.capable("restore") || names.empty()) {
        suite.notApplicable(
            "restore: all checks",
            names.empty() ? "the check file names no restoreAs" : "not among its capabilities");
        return;
    }
    const std::string& first = names.front();
    suite.add("restore: one whose source fails leaves nothing",
              [&subject, first] { requireFailedRestoreLeavesNothing(subject, first); });
    suite.add("restore: a part of an object is refused",
              [&subject, first] { requireShortSourceRefused(subject, first); });
    for (const std::string& name : names) {
        suite.add("restore: as '" + name + "', and over data only when told",
                  [&subject, name] { requireRestore(subject, name); });
    }
    suite.add("restore: a stop at any moment, within two seconds, leaves what was there",
              [&subject, first] { requireStopAtAnyMoment(subject, first); });
}

}  // namespace dbackup::contract
