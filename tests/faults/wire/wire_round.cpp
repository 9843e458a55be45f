#include "tests/faults/wire/wire_round.h"

#include <algorithm>
#include <random>

#include "core/base/hash.h"
#include "core/model/manifest.h"
#include "tests/support/recording_run.h"

namespace dbackup::test {

namespace {

using contract::FaultProxy;
using contract::WireFault;
constexpr std::uint64_t mib = 1U << 20;
constexpr const char* folder = "job/backup/";

std::string read(sdk::StorageTarget& target, const std::string& name, sdk::RunContext& run) {
    const auto reader = target.open(name, {}, run);
    std::string text;
    std::vector<char> buffer(mib);
    while (const std::size_t count = reader->read(std::as_writable_bytes(std::span(buffer))))
        text.append(buffer.data(), count);
    return text;
}

}  // namespace

const char* toString(RoundEnd end) {
    switch (end) {
        case RoundEnd::Whole:
            return "whole";
        case RoundEnd::Failed:
            return "failed, nothing there";
        case RoundEnd::Kept:
            return "failed, whole all the same";
        case RoundEnd::Orphaned:
            return "failed, no backup, whole objects until the cleanup";
        case RoundEnd::None:
            break;
    }
    return "none";
}

WireRounds::WireRounds(const WireTarget& target) : target_(target), library_(target.plugin_file) {}

protocol::ComponentRef WireRounds::destination(std::uint16_t port) const {
    return {"d1",
            target_.component,
            target_.plugin_file,
            target_.component,
            target_.settings(port),
            {"password"}};
}

protocol::BackupRequest WireRounds::request(std::uint64_t seed, std::uint64_t bytes) const {
    protocol::BackupRequest request =
        site_.backupRequest(R"({"databases":["a","b"],"bytes":)" + std::to_string(bytes / 2) + R"(,"seed":)" +
                            std::to_string(seed) + "}");
    request.compression = "none";
    return request;
}

WireRounds::Attempt WireRounds::backup(const protocol::BackupRequest& request) const {
    WorkerDriver worker("backup", toJson(request));
    const std::optional<Event> result = worker.result();
    INFO(worker.text());
    REQUIRE(result);
    Attempt attempt{*result, {}};
    for (const auto& [id, token] : worker.leftovers())
        attempt.leftovers.push_back(token);
    return attempt;
}

WireRounds::Sums WireRounds::expected(const protocol::BackupRequest& request) const {
    const Attempt attempt = backup(request);
    REQUIRE(attempt.event.ok);
    Sums sums;
    for (const Artifact& artifact : protocol::backupResultFrom(*attempt.event.data).artifacts)
        sums[artifact.name.substr(std::string(folder).size())] = artifact.sha256;
    std::filesystem::remove_all(site_.folder());
    return sums;
}

std::uint64_t WireRounds::bytesOnTheWire(std::uint64_t bytes) {
    if (wire_per_mib_ == 0) {
        const FaultProxy proxy("127.0.0.1", target_.port, {}, target_.protocol);
        protocol::BackupRequest clean = request(0, mib);
        clean.destinations.clear();
        clean.destinations.push_back({destination(proxy.port())});
        const Attempt attempt = backup(clean);
        INFO(attempt.event.error_message);
        REQUIRE(attempt.event.ok);
        wire_per_mib_ = proxy.passed();
        CHECK(wire_per_mib_ > mib);  // otherwise its data goes past the proxy
        removeAll();
    }
    return wire_per_mib_ * bytes / mib;
}

WireFault WireRounds::fault(std::uint64_t seed, std::uint64_t wire_bytes) const {
    using What = WireFault::Kind;
    std::vector<What> kinds{What::Delay, What::Cut, What::Reset, What::Corrupt, What::Swallow};
    if (target_.speaks_http) kinds.push_back(What::Answer503);
    std::mt19937_64 random(seed);
    WireFault fault;
    fault.kind = kinds[seed % kinds.size()];  // each in its turn
    fault.after_bytes = random() % (wire_bytes + wire_bytes / 10);
    // Some strike where a connection begins, and some at its end, where answers are lost.
    if (random() % 4 == 0) fault.after_bytes = random() % 4000;
    if (random() % 4 == 0) fault.after_bytes = wire_bytes - std::min(wire_bytes, random() % 6000);
    fault.once = random() % 2 == 0;
    return fault;
}

WireRounds::Sums WireRounds::visible(std::string* manifest_text) const {
    RecordingRun run;
    const auto target = library_.target(target_.component, target_.settings(target_.port));
    std::vector<std::string> names;
    target->list(
        folder,
        [&](const sdk::ObjectInfo& info) {
            names.push_back(info.name);
            return true;
        },
        run);
    Sums sums;
    for (const std::string& name : names) {
        const std::string bytes = read(*target, name, run);
        const std::string within = name.substr(std::string(folder).size());
        if (within == Manifest::file_name) {
            *manifest_text = bytes;
        } else {
            sums[within] = sha256Hex(bytes);
        }
    }
    return sums;
}

/// The objects are those that were dumped, and the manifest says so, too.
bool WireRounds::isWholeBackup(const Sums& sums, const Sums& wanted, const std::string& manifest_text) const {
    if (sums != wanted || manifest_text.empty()) return false;
    Sums told;
    try {
        for (const ManifestObject& object : parseManifest(manifest_text, "job/backup").objects) {
            for (const ManifestVolume& volume : object.volumes)
                told[volume.name] = volume.sha256;
        }
    } catch (const sdk::Error& error) {
        UNSCOPED_INFO(error.text());
        return false;
    }
    return told == wanted;
}

void WireRounds::cleanUp(const std::vector<std::string>& tokens, bool with_objects) const {
    WorkerDriver worker(
        "cleanup",
        toJson(protocol::CleanupRequest{
            site_.setup(), destination(target_.port), tokens, with_objects ? "job/backup" : ""}));
    const std::optional<Event> result = worker.result();
    REQUIRE(result);
    INFO(result->error_message);
    CHECK(result->ok);
}

void WireRounds::removeAll() const {
    RecordingRun run;
    const auto target = library_.target(target_.component, target_.settings(target_.port));
    std::vector<std::string> names;
    target->list(
        "",
        [&](const sdk::ObjectInfo& info) {
            names.push_back(info.name);
            return true;
        },
        run);
    for (const std::string& name : names)
        target->remove(name, run);
}

RoundEnd WireRounds::judgeFailed(const Attempt& attempt, const Sums& wanted) const {
    std::string manifest;
    const Sums found = visible(&manifest);
    if (isWholeBackup(found, wanted, manifest)) return RoundEnd::Kept;
    INFO("reported: " << attempt.event.error_message);
    CHECK(manifest.empty());  // no backup
    for (const auto& [name, sum] : found) {
        INFO(name << " is visible, and not what was dumped");
        CHECK((wanted.contains(name) && wanted.at(name) == sum));
    }
    cleanUp(attempt.leftovers, true);
    std::string manifest_after;
    CHECK(visible(&manifest_after).empty());
    CHECK(manifest_after.empty());
    return found.empty() ? RoundEnd::Failed : RoundEnd::Orphaned;
}

RoundEnd WireRounds::run(std::uint64_t seed) {
    std::mt19937_64 random(seed + 1);
    const std::uint64_t bytes = 1000 + random() % (2 * mib);
    const WireFault fault = this->fault(seed, bytesOnTheWire(bytes));
    last_ = std::string(toString(fault.kind)) + (fault.once ? " once" : " for ever") + " after " +
            std::to_string(fault.after_bytes) + " bytes";
    INFO("seed " << seed << ": " << last_ << ", " << bytes << " bytes of dump");
    protocol::BackupRequest request = this->request(seed, bytes);
    const Sums wanted = expected(request);
    Attempt attempt;
    {
        const FaultProxy proxy("127.0.0.1", target_.port, fault, target_.protocol);
        request.destinations.clear();
        request.destinations.push_back({destination(proxy.port())});
        attempt = backup(request);
    }
    RoundEnd end = RoundEnd::Whole;
    if (attempt.event.ok) {
        std::string manifest;
        const Sums found = visible(&manifest);
        CHECK(isWholeBackup(found, wanted, manifest));
        cleanUp(attempt.leftovers, false);
    } else {
        end = judgeFailed(attempt, wanted);
    }
    removeAll();
    return end;
}

}  // namespace dbackup::test
