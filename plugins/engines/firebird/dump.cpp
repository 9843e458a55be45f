#include "dump.h"

#include "backup.h"
#include "database_state.h"

namespace dbackup::firebird {

void dumpDatabase(const ServerSettings& server,
                  const std::string& database,
                  sdk::DumpOutput& output,
                  sdk::RunContext& run) {
    const DatabaseState state = DatabaseState::look(ClientTools(server, run), server, database);
    run.estimate(state.bytes());
    Backup backup(server, database, run);
    const auto sink = output.object({database, "fbk", "database", state.toJson()});
    for (;;) {
        const std::size_t got = backup.read(sink->acquire());
        if (got == 0) break;
        sink->produced(got);
    }
    sink->finish();
}

}  // namespace dbackup::firebird
