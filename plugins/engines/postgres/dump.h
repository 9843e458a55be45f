#pragma once

#include <string>

#include <dbackup/sdk/streams.h>
#include <dbackup/sdk/subprocess.h>

#include "server_settings.h"

namespace dbackup::postgres {

/// pg_dump of a database, without what the settings leave out; no format is chosen yet. Tells in the log what
/// is left out.
sdk::Command dumpCommand(const ServerSettings& server,
                         const std::string& tool,
                         const std::string& database,
                         sdk::RunContext& run);

/// The tool's output, straight into the pipeline's blocks, past a check of its format. Complete is what ended
/// with status 0 *and* passes the check.
template <class Check>
void stream(const sdk::Command& command, sdk::ByteSink& sink, Check& check, sdk::RunContext& run) {
    sdk::Subprocess tool(command, run);
    for (;;) {
        const auto room = sink.acquire();
        const std::size_t got = tool.read(room);
        if (got == 0) break;
        check.update(room.first(got));
        sink.produced(got);
    }
    tool.waitOk();
    check.requireComplete();
    sink.finish();
}

/// Dumps one database. @param format  "dump" (pg_dump's custom archive, not compressed) | "sql"
void dumpDatabase(const ServerSettings& server,
                  const std::string& database,
                  const std::string& format,
                  sdk::DumpOutput& output,
                  sdk::RunContext& run);

/// Dumps roles and tablespaces; without the roles' passwords where the account may not read them.
void dumpGlobals(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run);

}  // namespace dbackup::postgres
