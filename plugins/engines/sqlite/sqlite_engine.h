#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/settings.h>

namespace dbackup::sqlite {

/// SQLite files of this machine (docs/engines/sqlite.md).
class SqliteEngine final : public sdk::DatabaseEngine {
public:
    explicit SqliteEngine(const sdk::Settings& settings);

    sdk::ServerInfo test(sdk::RunContext& run) override;
    std::vector<sdk::DatabaseInfo> databases(sdk::RunContext& run) override;
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) override;
    void checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) override;
    void restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) override;

private:
    /// The file that a name means: the configured one, or a sibling of it.
    std::filesystem::path targetOf(const sdk::RestoreRequest& request) const;

    std::filesystem::path path_;
    std::string check_;
};

}  // namespace dbackup::sqlite
