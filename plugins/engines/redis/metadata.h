#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dbackup::redis {

/// What a restore must know of the server that was dumped.
struct Metadata {
    std::string server;  ///< "redis" | "valkey"
    std::string version;
    std::vector<std::string> modules;
    std::uint64_t keys = 0;  ///< in all databases, shortly before the snapshot
    std::map<std::string, std::uint64_t>
        keys_of;          ///< each database's: "db0"; for people, no restore needs it
    int rdb_version = 0;  ///< of the file; 0 = not known

    /// @param info  of Connection::info()
    static Metadata of(const std::map<std::string, std::string>& info);
    /// @throws Error Integrity
    static Metadata fromJson(const std::string& json);
    std::string toJson() const;
};

/// Newest version of the RDB format that a server reads; nothing for releases that are newer than this table.
/// (Redis and Valkey source, src/rdb.h, RDB_VERSION of the releases.)
std::optional<int> newestRdbVersion(const Metadata& server);

}  // namespace dbackup::redis
