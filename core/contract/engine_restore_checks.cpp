#include <algorithm>
#include <chrono>

#include <dbackup/sdk/engine_extensions.h>

#include "core/contract/engine_checks.h"
#include "core/contract/moments.h"

namespace dbackup::contract {

namespace {

using Clock = std::chrono::steady_clock;
using sdk::ErrorKind;

/// How the bytes of an object come to be other than they should.
using Fault = std::function<void(DumpSource&)>;

/// Objects of a dump in files; the largest of them may have a fault.
class KeptObjects final : public sdk::DumpInput {
public:
    explicit KeptObjects(const DumpFile& dump, Fault fault = {}) : dump_(dump), fault_(std::move(fault)) {
        for (const auto& each : dump.objects()) {
            objects_.push_back(each->object);
        }
        largest_ = static_cast<std::size_t>(
            std::max_element(dump.objects().begin(),
                             dump.objects().end(),
                             [](const auto& a, const auto& b) { return a->size_bytes < b->size_bytes; }) -
            dump.objects().begin());
    }

    const std::vector<sdk::DumpObject>& objects() const override { return objects_; }
    std::unique_ptr<sdk::ByteSource> open(std::size_t index) override {
        auto source = std::make_unique<DumpSource>(dump_.objects().at(index)->file);
        if (fault_ && index == largest_) fault_(*source);
        return source;
    }
    std::uint64_t largestSize() const { return dump_.objects().at(largest_)->size_bytes; }

private:
    const DumpFile& dump_;
    const Fault fault_;
    std::vector<sdk::DumpObject> objects_;
    std::size_t largest_ = 0;
};

/// A dump in files, to restore from.
class Kept {
public:
    explicit Kept(const Subject& subject) : subject_(subject), run_(subject.run()), dump_(run_->scratch()) {
        dump(*subject.engine(), checkedDatabase(subject), dump_, *subject.run());
        require(dump_.complete(), "the dump is not whole");
    }

    /// Where faults take effect: the bytes of the largest object.
    std::uint64_t size() const { return KeptObjects(dump_).largestSize(); }
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
    void restore(const sdk::RestoreRequest& request, sdk::RunContext& run, Fault fault = {}) const {
        KeptObjects input(dump_, std::move(fault));
        const auto restoring = engine();
        if (input.objects().size() == 1) {
            restoring->restore(request, *input.open(0), run);
            return;
        }
        auto* const several =
            static_cast<sdk::RestoreObjects*>(restoring->extension(sdk::RestoreObjects::id));
        if (several == nullptr) {
            throw Broken("the dump has several objects, and the engine has no extension " +
                         std::string(sdk::RestoreObjects::id));
        }
        several->restoreObjects(request, input, run);
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
        const Fault fault = [at](DumpSource& source) {
            source.on_read = [at](std::uint64_t bytes) {
                if (bytes >= at) throw sdk::Error(ErrorKind::Integrity, "the bytes are not what was written");
            };
        };
        const sdk::Error error =
            errorOf("a restore whose source fails", [&] { kept.restore(kept.into(name), *run, fault); });
        requireKind("a restore whose source fails", error, ErrorKind::Integrity);
        run->requireClean();
        kept.requireFree(name);
    }
}

void requireShortSourceRefused(const Subject& subject, const std::string& name) {
    const Kept kept(subject);
    for (const std::uint64_t end : {std::uint64_t{0}, kept.size() / 2, kept.size() - 1}) {
        const auto run = subject.run();
        const Fault fault = [end](DumpSource& source) { source.end_at = end; };
        const sdk::Error error =
            errorOf("a restore of a part", [&] { kept.restore(kept.into(name), *run, fault); });
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
    kept.restore(kept.into(name), *run);
    run->requireClean();
    const sdk::Error error = errorOf("checkRestore() over data without overwrite",
                                     [&] { kept.engine()->checkRestore(kept.into(name), *run); });
    requireKind("checkRestore() over data without overwrite", error, ErrorKind::AlreadyExists);
    const bool overwrite = true;
    kept.engine()->checkRestore(kept.into(name, overwrite), *run);
    kept.restore(kept.into(name, overwrite), *run);
    run->requireClean();
}

void requireStopAtAnyMoment(const Subject& subject, const std::string& name) {
    const Kept kept(subject);
    const auto begin = Clock::now();
    {
        const bool overwrite = true;
        kept.restore(kept.into(name, overwrite), *subject.run());
    }
    forMoments(Clock::now() - begin, [&](Clock::duration moment) {
        const auto run = subject.run();
        const StopAfter stop(*run, moment);
        try {
            const bool overwrite = true;
            kept.restore(kept.into(name, overwrite), *run);
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
