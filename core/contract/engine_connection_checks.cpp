#include "core/contract/connection_settings.h"
#include "core/contract/engine_checks.h"
#include "core/contract/fault_proxy.h"

namespace dbackup::contract {

namespace {

std::uint16_t portOf(const Subject& subject) {
    return static_cast<std::uint16_t>(std::stoi(subject.setting("port")));
}

/// Bytes that a whole dump takes over the wire.
std::uint64_t bytesOnTheWire(const Subject& subject, const std::string& database, DumpFile& whole) {
    const FaultProxy proxy(subject.setting("host"), portOf(subject), {});
    dump(*subject.engine(leadTo(subject, proxy.port())), database, whole, *subject.run());
    require(whole.complete(), "the dump through a proxy is not complete");
    return proxy.passed();
}

void requireLostServerTold(const Subject& subject) {
    const std::string database = checkedDatabase(subject);
    DumpFile whole;
    const std::uint64_t wire = bytesOnTheWire(subject, database, whole);
    constexpr std::uint64_t parts = 10;
    for (std::uint64_t part = 0; part < parts; ++part) {
        const FaultProxy proxy(
            subject.setting("host"), portOf(subject), {WireFault::Kind::Cut, wire * part / parts, false});
        const auto run = subject.run();
        DumpFile output;
        const sdk::Error error = failedDump(subject, database, output, *run, leadTo(subject, proxy.port()));
        require(error.kind() == sdk::ErrorKind::Unavailable || error.kind() == sdk::ErrorKind::ToolFailed,
                "a server that is lost in mid-dump is " + std::string(sdk::toString(error.kind())) + " (" +
                    error.text() + "), not Unavailable or ToolFailed");
    }
}

}  // namespace

void addEngineConnectionChecks(Suite& suite, const Subject& subject) {
    addConnectionChecks(suite, subject, [&subject](const JsonObject& changes, CheckRun& run) {
        subject.engine(changes)->test(run);
    });
    const std::string lost = "connection: a server that is lost in mid-dump";
    if (const std::string why = whyNoServer(subject); !why.empty()) {
        suite.notApplicable(lost, why);
    } else {
        suite.add(lost, [&] { requireLostServerTold(subject); });
    }
}

}  // namespace dbackup::contract
