#include "redis_engine.h"

#include <dbackup/sdk/error.h>

#include "connection.h"
#include "dump.h"
#include "metadata.h"
#include "restore.h"

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;

sdk::ServerInfo RedisEngine::test(sdk::RunContext& run) {
    run.mask(server_.password);
    Connection connection(server_, run);
    const auto info = connection.info();
    const Metadata server = Metadata::of(info);
    const std::string role = info.contains("role") && info.at("role") == "master" ? "a master" : "a replica";
    return {server.version,
            server.server == "valkey" ? "Valkey" : "Redis",
            "Connection successful: " + role + " with " + keyspaceText(info)};
}

std::vector<sdk::DatabaseInfo> RedisEngine::databases(sdk::RunContext& run) {
    run.mask(server_.password);
    Connection connection(server_, run);
    const auto info = connection.info();
    const auto used = info.find("used_memory_dataset");
    return {{whole_server, used == info.end() ? 0 : std::stoull(used->second)}};
}

void RedisEngine::dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) {
    run.mask(server_.password);
    if (request.contents != "database" || (!request.format.empty() && request.format != "rdb")) {
        throw Error(ErrorKind::Unsupported,
                    "Redis cannot dump " + request.contents + " as " + request.format);
    }
    if (request.database != whole_server) {
        throw Error(
            ErrorKind::NotFound,
            "a backup of Redis is of the whole server, and there is no database '" + request.database + "'",
            std::string("Name no databases in the job, or '") + whole_server + "'");
    }
    dumpServer(server_, output, run);
}

void RedisEngine::checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) {
    run.mask(server_.password);
    redis::checkRestore(server_, request, run);
}

void RedisEngine::restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) {
    run.mask(server_.password);
    restoreServer(server_, request, source, run);
}

}  // namespace dbackup::redis
