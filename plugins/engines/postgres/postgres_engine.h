#pragma once

#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/engine_extensions.h>
#include <dbackup/sdk/settings.h>

#include "server_settings.h"

namespace dbackup::postgres {

/// PostgreSQL servers, by the vendor's own tools (docs/engines/postgres.md).
class PostgresEngine final : public sdk::DatabaseEngine, public sdk::RestoreObjects {
public:
    explicit PostgresEngine(const sdk::Settings& settings) : server_(settings) {}

    sdk::ServerInfo test(sdk::RunContext& run) override;
    std::vector<sdk::DatabaseInfo> databases(sdk::RunContext& run) override;
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) override;
    void checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) override;
    void restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) override;
    void restoreObjects(const sdk::RestoreRequest& request,
                        sdk::DumpInput& input,
                        sdk::RunContext& run) override;
    void* extension(std::string_view wanted) noexcept override;

private:
    ServerSettings server_;
};

}  // namespace dbackup::postgres
