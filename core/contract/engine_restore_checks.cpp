#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include "core/contract/engine_checks.h"
#include "core/contract/kept_dump.h"
#include "core/contract/moments.h"
#include "core/contract/tool_crash.h"
#include "core/contract/tool_watch.h"

namespace dbackup::contract {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using sdk::ErrorKind;

constexpr bool overwrite = true;

/// The error of a restore that must fail: typed, and no secret told.
sdk::Error failedRestore(const std::string& what,
                         const KeptDump& kept,
                         const sdk::RestoreRequest& request,
                         CheckRun& run,
                         const SourceFault& fault = {}) {
    sdk::Error error = errorOf(what, [&] { kept.restore(request, run, fault); });
    require(!run.tells(error.text()), what + ": the error tells a secret");
    run.requireClean();
    return error;
}

/// Restores as if nothing was wrong, so slowly that the tools can be looked at.
void restoreSlowly(const Subject& subject, const KeptDump& kept, const sdk::RestoreRequest& request) {
    constexpr int slow_blocks = 20;
    const auto run = subject.run();
    int blocks = 0;
    ToolWatch tools(subject.secrets());
    kept.restore(request, *run, [&blocks](DumpSource& source) {
        source.on_read = [&blocks](std::uint64_t /*bytes*/) {
            if (++blocks <= slow_blocks) std::this_thread::sleep_for(50ms);
        };
    });
    tools.end();
    run->requireClean();
}

void requireFailedRestoreLeavesNothing(const Subject& subject, const std::string& name) {
    const KeptDump kept(subject);
    for (const std::uint64_t at : {std::uint64_t{0}, kept.size() / 2, kept.size() - 1}) {
        const SourceFault fault = [at](DumpSource& source) {
            source.on_read = [at](std::uint64_t bytes) {
                if (bytes >= at) throw sdk::Error(ErrorKind::Integrity, "the bytes are not what was written");
            };
        };
        const auto run = subject.run();
        const std::string what = "a restore whose source fails";
        requireKind(what, failedRestore(what, kept, kept.into(name), *run, fault), ErrorKind::Integrity);
        kept.requireFree(name);
    }
}

void requireShortSourceRefused(const Subject& subject, const std::string& name) {
    const KeptDump kept(subject);
    for (const std::uint64_t end : {std::uint64_t{0}, kept.size() / 2, kept.size() - 1}) {
        const auto run = subject.run();
        const sdk::Error error =
            failedRestore("a restore of a part", kept, kept.into(name), *run, [end](DumpSource& source) {
                source.end_at = end;
            });
        require(error.kind() != ErrorKind::Internal,
                "a restore of a part is an internal error: " + error.text());
        kept.requireFree(name);
    }
}

void requireCrashLeavesNothing(const Subject& subject, const std::string& name) {
    const KeptDump kept(subject);
    for (const int signal : {SIGSEGV, SIGABRT}) {
        const auto run = subject.run();
        ToolCrash crash(signal);
        crash.requireTold("a restore", *run, [&] {
            kept.restore(kept.into(name), *run, [&crash](DumpSource& source) {
                source.on_read = [&crash](std::uint64_t bytes) { crash.atBlock(bytes); };
            });
        });
        kept.requireFree(name);
    }
}

void requireRestore(const Subject& subject, const std::string& name) {
    const KeptDump kept(subject);
    const auto run = subject.run();
    kept.requireFree(name);
    kept.restore(kept.into(name), *run);
    run->requireClean();
    const sdk::Error error = errorOf("checkRestore() over data without overwrite",
                                     [&] { kept.engine()->checkRestore(kept.into(name), *run); });
    requireKind("checkRestore() over data without overwrite", error, ErrorKind::AlreadyExists);
    require(!run->tells(error.text()),
            "checkRestore() over data without overwrite: the error tells a secret");
    kept.engine()->checkRestore(kept.into(name, overwrite), *run);
    kept.restore(kept.into(name, overwrite), *run);
    run->requireClean();
}

void requireSlowSourceServed(const Subject& subject, const std::string& name) {
    const KeptDump kept(subject);
    restoreSlowly(subject, kept, kept.into(name, overwrite));
}

void requireGlobalsRestored(const Subject& subject) {
    sdk::DumpRequest globals;
    globals.contents = "globals";
    const KeptDump kept(subject, globals);
    restoreSlowly(subject, kept, kept.into(""));
}

/// Before a byte is read.
void requireNameRefused(const Subject& subject, const std::string& name) {
    const KeptDump kept(subject);
    const auto require_refusal = [&](const std::string& what, const sdk::Error& error) {
        const std::set<ErrorKind> refusals{
            ErrorKind::Settings, ErrorKind::Unsupported, ErrorKind::NotFound, ErrorKind::Permission};
        require(refusals.contains(error.kind()),
                what + " is " + std::string(sdk::toString(error.kind())) + " (" + error.text() +
                    "), and tells no wrong name");
    };
    const auto run = subject.run();
    require_refusal("checkRestore() as '" + name + "'", errorOf("checkRestore() as '" + name + "'", [&] {
                        kept.engine()->checkRestore(kept.into(name), *run);
                    }));
    const SourceFault unread = [](DumpSource& source) {
        source.on_read = [](std::uint64_t /*bytes*/) { throw Broken("it reads before it refuses the name"); };
    };
    const std::string what = "a restore as '" + name + "'";
    require_refusal(what, failedRestore(what, kept, kept.into(name), *run, unread));
}

void requireStopAtAnyMoment(const Subject& subject, const std::string& name) {
    const KeptDump kept(subject);
    const auto begin = Clock::now();
    kept.restore(kept.into(name, overwrite), *subject.run());
    forMoments(Clock::now() - begin, [&](Clock::duration moment) {
        const auto run = subject.run();
        const StopAfter stop(*run, moment);
        try {
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

/// A check of restores, to be made under a name or given up with a reason.
struct RestoreCheck {
    std::string name;
    std::function<void()> run;
};

std::vector<RestoreCheck> checksOf(const Subject& subject, const std::vector<std::string>& names) {
    const std::string first = names.empty() ? "" : names.front();
    std::vector<RestoreCheck> checks{
        {"restore: one whose source fails leaves nothing",
         [&subject, first] { requireFailedRestoreLeavesNothing(subject, first); }},
        {"restore: a part of an object is refused",
         [&subject, first] { requireShortSourceRefused(subject, first); }},
        {"restore: a tool that crashes leaves nothing, and no core file",
         [&subject, first] { requireCrashLeavesNothing(subject, first); }}};
    for (const std::string& name : names) {
        checks.push_back({"restore: as '" + name + "', and over data only when told",
                          [&subject, name] { requireRestore(subject, name); }});
    }
    checks.push_back({"restore: a slow source, and no secret in arguments or environment meanwhile",
                      [&subject, first] { requireSlowSourceServed(subject, first); }});
    checks.push_back({"restore: a stop at any moment, within two seconds, leaves what was there",
                      [&subject, first] { requireStopAtAnyMoment(subject, first); }});
    return checks;
}

void addGlobalsCheck(Suite& suite, const Subject& subject) {
    const std::string name = "restore: globals, and no secret in arguments or environment meanwhile";
    if (!subject.capable("globals")) {
        suite.notApplicable(name, "not among its capabilities");
    } else if (!flagOr(subject.file(), "restoreGlobals", false)) {
        suite.notApplicable(name, "the check file does not say restoreGlobals");
    } else {
        suite.add(name, [&subject] { requireGlobalsRestored(subject); });
    }
}

}  // namespace

void addEngineRestoreChecks(Suite& suite, const Subject& subject) {
    const std::vector<std::string> names = subject.texts("restoreAs");
    const std::string why_not = !subject.capable("restore") ? "not among its capabilities"
                                : names.empty()             ? "the check file names no restoreAs"
                                                            : "";
    for (RestoreCheck& check : checksOf(subject, names)) {
        if (why_not.empty()) {
            suite.add(check.name, check.run);
        } else {
            suite.notApplicable(check.name, why_not);
        }
    }
    if (!subject.capable("restore")) return;
    addGlobalsCheck(suite, subject);
    for (const std::string& name : subject.texts("restoreRefused")) {
        suite.add("restore: as '" + name + "' is refused",
                  [&subject, name] { requireNameRefused(subject, name); });
    }
}

}  // namespace dbackup::contract
