#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <dbackup/sdk/streams.h>

#include "server_settings.h"
#include "shared_snapshot.h"

namespace dbackup::postgres {

/// Contents of the objects that have data only.
constexpr const char* data_contents = "data";

/// Dumps one database by several connections at a time, as of one moment, into one archive with all
/// definitions and up to `parallel` with data (ADR 0016).
void dumpInParallel(const ServerSettings& server,
                    const std::string& database,
                    sdk::DumpOutput& output,
                    sdk::RunContext& run);

/// Shares tables out so that each dump has about as much to do. The first one takes, beside its tables, all
/// that is named in none.
/// @param rest_bytes  what the first one has to do in any case
/// @return for each dump its tables; one at least, at most `parts`, none of them empty but the first
std::vector<std::vector<SharedSnapshot::Table>> shareOut(std::vector<SharedSnapshot::Table> tables,
                                                         std::uint64_t rest_bytes,
                                                         std::size_t parts);

}  // namespace dbackup::postgres
