#include <chrono>
#include <functional>

#include "core/contract/connection_settings.h"
#include "core/contract/fault_proxy.h"
#include "core/contract/moments.h"
#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using sdk::ErrorKind;
using Kind = WireFault::Kind;

constexpr std::size_t upload_bytes = std::size_t{8} << 20;
constexpr std::uint64_t parts = 6;

/// The server, behind a proxy that makes a fault.
class Behind {
public:
    Behind(const Subject& subject, WireFault fault)
        : subject_(subject),
          server_(serverOf(subject)),
          proxy_(server_.host,
                 server_.port,
                 fault,
                 subject.text("protocol") == "ftp" ? FaultProxy::Protocol::Ftp : FaultProxy::Protocol::Any) {}

    std::shared_ptr<sdk::StorageTarget> target() const {
        return subject_.target(leadTo(subject_, proxy_.port()));
    }

private:
    const Subject& subject_;
    const ServerAddress server_;
    const FaultProxy proxy_;
};

/// What may be left after a failure over a broken connection: nothing under the name, and what was announced
/// goes.
void requireNothing(const Subject& subject, const std::string& name, const CheckRun& run) {
    const auto straight = subject.target();
    requireInvisible(*straight, name, *subject.run());
    for (const std::string& token : run.leftovers())
        straight->cleanup(token, *subject.run());
    requireInvisible(*straight, name, *subject.run());
}

void requireToldUnavailable(const std::string& what, const sdk::Error& error, const CheckRun& run) {
    requireKind(what, error, ErrorKind::Unavailable);
    require(!run.tells(error.text()), "an error tells a secret");
}

void requireLostServerTold(const Subject& subject) {
    const TestPrefix prefix(subject);
    const std::string what = "an upload whose server is lost";
    const std::string bytes = patternOf(upload_bytes);
    for (std::uint64_t part = 0; part < parts; ++part) {
        const Behind lost(subject, {Kind::Cut, bytes.size() * part / parts, false});
        const auto run = subject.run();
        const std::string name = prefix + ("lost " + std::to_string(part));
        const auto error = errorOf(what, [&] { put(*lost.target(), name, bytes, *run); });
        requireToldUnavailable(what, error, *run);
        requireNothing(subject, name, *run);
    }
}

void requireSilenceTold(const Subject& subject) {
    const TestPrefix prefix(subject);
    const std::string what = "an upload whose server falls silent";
    const std::string bytes = patternOf(upload_bytes);
    for (const std::uint64_t half : {1, 2}) {
        const Behind silent(subject, {Kind::Swallow, bytes.size() * half / 2, false});
        const auto run = subject.run();
        const std::string name = prefix + ("silent " + std::to_string(half));
        const auto begin = Clock::now();
        const auto error = errorOf(what, [&] { put(*silent.target(), name, bytes, *run); });
        const auto longest = longestWait(subject);
        require(Clock::now() - begin < longest,
                what + " is told after more than " + std::to_string(longest.count()) + " seconds");
        requireToldUnavailable(what, error, *run);
        requireNothing(subject, name, *run);
    }
}

void requireStopInSilence(const Subject& subject) {
    const TestPrefix prefix(subject);
    const std::string bytes = patternOf(upload_bytes);
    for (const std::uint64_t quarter : {1, 2, 3}) {
        const Behind silent(subject, {Kind::Swallow, bytes.size() * quarter / 4, false});
        const auto run = subject.run();
        const std::string name = prefix + ("stopped " + std::to_string(quarter));
        const StopAfter stop(*run, 700ms);
        const auto error =
            errorOf("an upload whose server is silent", [&] { put(*silent.target(), name, bytes, *run); });
        stop.requireQuickEnd();
        requireKind("a stop while the server is silent in mid-upload", error, ErrorKind::Cancelled);
        requireNothing(subject, name, *run);
    }
}

/// One fault that a retry may mend: the object is whole, or the upload has failed and nothing is there.
void requireWholeOrNothing(const Subject& subject, Kind kind) {
    const TestPrefix prefix(subject);
    const std::string what = std::string("an upload through one ") + toString(kind);
    const std::string bytes = patternOf(upload_bytes);
    for (std::uint64_t part = 0; part < parts; ++part) {
        const Behind faulty(subject, {kind, bytes.size() * part / parts, true});
        const auto run = subject.run();
        const std::string name = prefix + ("retried " + std::to_string(part));
        try {
            put(*faulty.target(), name, bytes, *run);
        } catch (const sdk::Error& error) {
            requireToldUnavailable(what, error, *run);
            requireNothing(subject, name, *run);
            continue;
        }
        require(get(*subject.target(), name, *subject.run()) == bytes,
                what + " ends well, but the object is not what was written");
        run->requireClean();
    }
}

bool acceptsAsRefusal(ErrorKind kind) {
    return kind == ErrorKind::Authentication || kind == ErrorKind::Unavailable;
}

void requireStrangerRefused(const Subject& subject) {
    const Place at(subject);
    const auto stranger = subject.target(subject.changes("wrongIdentity"));
    const std::string what = "a server that is not the expected one";
    for (const auto& call : std::initializer_list<std::function<void()>>{
             [&] { stranger->test(*at.run); },
             [&] { put(*stranger, at.prefix + "entrusted", patternOf(1000), *at.run); }}) {
        const auto error = errorOf(what, call);
        require(acceptsAsRefusal(error.kind()),
                what + " is " + std::string(sdk::toString(error.kind())) +
                    ", not Authentication or Unavailable: " + error.text());
        require(!at.run->tells(error.text()), "an error tells a secret");
    }
    requireInvisible(*at.target, at.prefix + "entrusted", *at.run);
    at.run->requireClean();
}

void requireStrangerTold(const Subject& subject) {
    JsonObject changes = subject.changes("wrongIdentity");
    for (const auto& [key, value] : subject.changes("wrongIdentityAccepted"))
        changes.set(key, value);
    const Place at(subject, changes);
    put(*at.target, at.prefix + "entrusted", "bytes", *at.run);
    require(!at.run->warnings().empty(),
            "it does not warn in the log of a server that it has not made sure of");
    at.run->requireClean();
}

void addIdentityChecks(Suite& suite, const Subject& subject) {
    const std::string refused = "connection: another server than the expected one is refused";
    if (subject.changes("wrongIdentity").size() > 0) {
        suite.add(refused, [&] { requireStrangerRefused(subject); });
    } else {
        suite.notApplicable(refused, "the check file has no wrongIdentity");
    }
    const std::string told = "connection: a server that is not made sure of is told of in the log";
    if (subject.changes("wrongIdentityAccepted").size() > 0) {
        suite.add(told, [&] { requireStrangerTold(subject); });
    } else {
        suite.notApplicable(told, "the check file has no wrongIdentityAccepted");
    }
}

}  // namespace

void addTargetConnectionChecks(Suite& suite, const Subject& subject) {
    addConnectionChecks(suite, subject, [&subject](const JsonObject& changes, CheckRun& run) {
        subject.target(changes)->test(run);
    });
    addIdentityChecks(suite, subject);
    const std::string why = whyNoServer(subject);
    const auto add =
        [&](const std::string& name, const std::string& unless, const std::function<void()>& check) {
            if (unless.empty()) {
                suite.add(name, check, std::chrono::minutes(6));
            } else {
                suite.notApplicable(name, unless);
            }
        };
    add("connection: a server that is lost in mid-upload", why, [&] { requireLostServerTold(subject); });
    add("connection: a server that falls silent in mid-upload", why, [&] { requireSilenceTold(subject); });
    add("stop: while the server is silent in mid-upload", why, [&] { requireStopInSilence(subject); });
    add("connection: one reset in mid-upload", why, [&] { requireWholeOrNothing(subject, Kind::Reset); });
    const bool is_http = why.empty() && serverOf(subject).scheme == "http";
    add("connection: one answer 503 in mid-upload",
        is_http || !why.empty() ? why : "it does not speak HTTP without TLS",
        [&] { requireWholeOrNothing(subject, Kind::Answer503); });
}

}  // namespace dbackup::contract
