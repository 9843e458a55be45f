#include "core/contract/connection_settings.h"

#include "core/contract/moments.h"

namespace dbackup::contract {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using sdk::ErrorKind;
using Connect = std::function<void(const JsonObject& changes, CheckRun& run)>;

constexpr const char* wrong_password = "dbackup-check-wrong-password";
/// A time-out setting is cut to two seconds; who has none gets this long.
constexpr auto longest_connect = 40s;

sdk::Error refused(const Subject& subject,
                   const std::string& what,
                   const JsonObject& changes,
                   const Connect& connect) {
    const auto run = subject.run();
    const auto begin = Clock::now();
    sdk::Error error = errorOf(what, [&] { connect(changes, *run); });
    require(Clock::now() - begin < longest_connect, what + " is told after more than 40 seconds");
    require(!run->tells(error.text()) && error.text().find(wrong_password) == std::string::npos,
            what + ": the error tells a secret");
    run->requireClean();
    return error;
}

void withTimeout(const Subject& subject, JsonObject& changes) {
    if (subject.hasSetting("connectTimeout")) changes.set("connectTimeout", 2);
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

std::string whyNoServer(const Subject& subject) {
    if (!subject.hasSetting("host") || !subject.hasSetting("port")) return "it has no settings host and port";
    if (subject.setting("host").starts_with('/')) return "the check file's host is a Unix socket";
    return {};
}

JsonObject leadTo(const Subject& subject, std::uint16_t port) {
    JsonObject changes = change("port", port);
    changes.set("host", "127.0.0.1");
    withTimeout(subject, changes);
    return changes;
}

void addConnectionChecks(Suite& suite, const Subject& subject, const Connect& connect) {
    const std::string password = "connection: a wrong password";
    if (!subject.hasSetting("password") || subject.setting("password").empty()) {
        suite.notApplicable(password, "it has no password");
    } else {
        suite.add(password, [&subject, connect] {
            const auto error =
                refused(subject, "a wrong password", change("password", wrong_password), connect);
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
        JsonObject changes = change("host", "dbackup-check.invalid");
        withTimeout(subject, changes);
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
