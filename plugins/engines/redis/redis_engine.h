#pragma once

#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/settings.h>

#include "server_settings.h"

namespace dbackup::redis {

/// Redis and Valkey servers, by their replication (docs/engines/redis.md).
class RedisEngine final : public sdk::DatabaseEngine {
public:
    explicit RedisEngine(const sdk::Settings& settings) : server_(settings) {}

    sdk::ServerInfo test(sdk::RunContext& run) override;
    std::vector<sdk::DatabaseInfo> databases(sdk::RunContext& run) override;
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) override;
    void checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) override;
    void restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) override;

private:
    ServerSettings server_;
};

}  // namespace dbackup::redis
