#include "core/contract/connection_settings.h"

#include "core/contract/moments.h"

namespace dbackup::contract {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using sdk::ErrorKind;
using Connect = std::function<void(const JsonObject& changes, CheckRun& run)>;

constexpr const char* wrong_password = "dbackup-check-wrong-password";
constexpr std::int64_t usual_longest_wait = 40;

sdk::Error refused(const Subject& subject,
                   const std::string& what,
                   const JsonObject& changes,
                   const Connect& connect) {
    const auto run = subject.run();
    const auto begin = Clock::now();
    sdk::Error error = errorOf(what, [&] { connect(changes, *run); });
    const auto longest = longestWait(subject);
    require(Clock::now() - begin < longest,
            what + " is told after more than " + std::to_string(longest.count()) + " seconds");
    require(!run->tells(error.text()) && error.text().find(wrong_password) == std::string::npos,
            what + ": the error tells a secret");
    run->requireClean();
    return error;
}

/// Who we are, but wrong: the check file's "wrongCredentials", or another password. Empty = there is none.
JsonObject wrongCredentials(const Subject& subject) {
    JsonObject changes = subject.changes("wrongCredentials");
    if (changes.size() == 0 && !subject.setting("password").empty()) changes.set("password", wrong_password);
    return changes;
}

void requireStopWhileSilent(const Subject& subject, const Connect& connect) {
    const SilentServer server;
    const auto run = subject.run();
    const StopAfter stop(*run, 500ms);
    JsonObject changes = leadTo(subject, server.port());
    if (subject.hasSetting("connectTimeout")) changes.set("connectTimeout", 20);
    const sdk::Error error = errorOf("a silent server", [&] { connect(changes, *run); });
    stop.requireQuickEnd();
    requireKind("a stop while the server is silent", error, ErrorKind::Cancelled);
    run->requireClean();
}

}  // namespace

std::chrono::seconds longestWait(const Subject& subject) {
    return std::chrono::seconds(integerOr(subject.file(), "longestWait", usual_longest_wait));
}

void addConnectionChecks(Suite& suite, const Subject& subject, const Connect& connect) {
    const std::string password = "connection: a wrong password";
    if (wrongCredentials(subject).size() == 0) {
        suite.notApplicable(password, "it has no password, and the check file no wrongCredentials");
    } else {
        suite.add(password, [&subject, connect] {
            const auto error = refused(subject, "a wrong password", wrongCredentials(subject), connect);
            requireKind("a wrong password", error, ErrorKind::Authentication);
        });
    }
    const std::vector<std::string> names{"connection: an unknown host",
                                         "connection: a port where nobody listens",
                                         "connection: a server that says nothing",
                                         "connection: a stop while the server says nothing"};
    if (const std::string why = whyNoServer(subject); !why.empty()) {
        for (const std::string& name : names) {
            suite.notApplicable(name, why);
        }
        return;
    }
    suite.add(names[0], [&subject, connect] {
        JsonObject changes = leadTo(subject, "dbackup-check.invalid", serverOf(subject).port);
        shortenTimeouts(subject, changes);
        requireKind(
            "an unknown host", refused(subject, "an unknown host", changes, connect), ErrorKind::Unavailable);
    });
    suite.add(names[1], [&subject, connect] {
        const auto error = refused(subject, "a closed port", leadTo(subject, closedPort()), connect);
        requireKind("a closed port", error, ErrorKind::Unavailable);
    });
    suite.add(names[2], [&subject, connect] {
        const SilentServer server;
        const auto error = refused(subject, "a silent server", leadTo(subject, server.port()), connect);
        requireKind("a silent server", error, ErrorKind::Unavailable);
    });
    suite.add(names[3], [&subject, connect] { requireStopWhileSilent(subject, connect); });
}

}  // namespace dbackup::contract
