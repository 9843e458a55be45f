#include "firebird_engine.h"

#include <dbackup/sdk/error.h>

#include "client_tools.h"
#include "database_state.h"
#include "dump.h"
#include "restore.h"

namespace dbackup::firebird {

using sdk::Error;
using sdk::ErrorKind;

sdk::ServerInfo FirebirdEngine::test(sdk::RunContext& run) {
    run.mask(server_.password);
    const ClientTools tools(server_, run);
    tools.gbak();  // without it there is no backup
    const std::string version = tools.serverVersion();
    databases(run);
    return {version, "", "Connection successful"};
}

std::vector<sdk::DatabaseInfo> FirebirdEngine::databases(sdk::RunContext& run) {
    run.mask(server_.password);
    const ClientTools tools(server_, run);
    std::vector<sdk::DatabaseInfo> all;
    for (const auto& name : server_.databases) {
        all.push_back({name, DatabaseState::look(tools, server_, name).bytes()});
    }
    return all;
}

void FirebirdEngine::dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) {
    run.mask(server_.password);
    if (request.contents != "database" || (!request.format.empty() && request.format != "fbk")) {
        throw Error(ErrorKind::Unsupported,
                    "Firebird cannot dump " + request.contents + " as " +
                        (request.format.empty() ? "fbk" : request.format));
    }
    dumpDatabase(server_, request.database, output, run);
}

void FirebirdEngine::checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) {
    run.mask(server_.password);
    firebird::checkRestore(server_, request, run);
}

void FirebirdEngine::restore(const sdk::RestoreRequest& request,
                             sdk::ByteSource& source,
                             sdk::RunContext& run) {
    run.mask(server_.password);
    restoreDatabase(server_, request, source, run);
}

}  // namespace dbackup::firebird
