#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <dbackup/sdk/streams.h>

#include "connection.h"
#include "server_settings.h"

namespace dbackup::redis {

/// The one "database" of a source: the whole server, with all of its numbered databases.
constexpr const char* whole_server = "server";

/// Keys in each database of a server: "db0", ... @param info  of Connection::info()
std::map<std::string, std::uint64_t> keyCounts(const std::map<std::string, std::string>& info);
/// Keys in all databases of a server. @param info  of Connection::info()
std::uint64_t keyCount(const std::map<std::string, std::string>& info);
/// "db0: 12 keys, db3: 1 key", or "no keys".
std::string keyspaceText(const std::map<std::string, std::string>& info);

/// Takes the server's snapshot as a replica would: by SYNC.
void dumpServer(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run);

}  // namespace dbackup::redis
