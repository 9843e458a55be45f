#pragma once

#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/settings.h>

#include "server_settings.h"

namespace dbackup::firebird {

/// Databases of a Firebird server, by Firebird's own tools (docs/engines/firebird.md).
class FirebirdEngine final : public sdk::DatabaseEngine {
public:
    explicit FirebirdEngine(const sdk::Settings& settings) : server_(settings) {}

    sdk::ServerInfo test(sdk::RunContext& run) override;
    /// Those of the settings: a server has no list of its databases.
    std::vector<sdk::DatabaseInfo> databases(sdk::RunContext& run) override;
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) override;
    void checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) override;
    void restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) override;

private:
    ServerSettings server_;
};

}  // namespace dbackup::firebird
