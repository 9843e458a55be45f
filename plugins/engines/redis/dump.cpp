#include "dump.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

#include "metadata.h"
#include "rdb_check.h"
#include "snapshot_stream.h"

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;

namespace {

/// "keys=12,expires=0,avg_ttl=0" -> 12
std::uint64_t keysOf(const std::string& line) {
    constexpr std::string_view mark = "keys=";
    return line.starts_with(mark) ? std::stoull(line.substr(mark.size())) : 0;
}

bool isDatabase(const std::string& key) {
    return key.size() > 2 && key.starts_with("db") &&
           std::all_of(key.begin() + 2, key.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::map<std::string, std::uint64_t> keyCounts(const std::map<std::string, std::string>& info) {
    std::map<std::string, std::uint64_t> counts;
    for (const auto& [key, value] : info) {
        if (isDatabase(key)) counts[key] = keysOf(value);
    }
    return counts;
}

std::uint64_t keyCount(const std::map<std::string, std::string>& info) {
    std::uint64_t count = 0;
    for (const auto& [database, keys] : keyCounts(info))
        count += keys;
    return count;
}

std::string keyspaceText(const std::map<std::string, std::string>& info) {
    std::string text;
    for (const auto& [database, keys] : keyCounts(info)) {
        text += (text.empty() ? "" : ", ") + database + ": " + std::to_string(keys) +
                (keys == 1 ? " key" : " keys");
    }
    return text.empty() ? "no keys" : text;
}

void dumpServer(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run) {
    Connection connection(server, run);
    const auto info = connection.info();
    run.log(LogLevel::Info, "The server has " + keyspaceText(info));
    SnapshotStream snapshot(connection);
    if (snapshot.size()) run.estimate(*snapshot.size());
    RdbCheck check;
    auto bytes = snapshot.next();
    check.update(bytes);
    Metadata metadata = Metadata::of(info);
    metadata.rdb_version = check.version();
    const auto sink = output.object({whole_server, "rdb", "database", metadata.toJson()});
    while (!bytes.empty()) {
        sink->write(bytes);
        bytes = snapshot.next();
        check.update(bytes);
    }
    check.requireComplete();
    if (!check.hasChecksum()) {
        run.log(LogLevel::Warning,
                "The server writes no checksum into its snapshot (rdbchecksum no): only its end was checked");
    }
    sink->finish();
}

}  // namespace dbackup::redis
