#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/settings.h>

/// An engine for which each file of a folder is a database.
class FolderEngine final : public dbackup::sdk::DatabaseEngine {
public:
    explicit FolderEngine(const dbackup::sdk::Settings& settings);

    dbackup::sdk::ServerInfo test(dbackup::sdk::RunContext& run) override;
    std::vector<dbackup::sdk::DatabaseInfo> databases(dbackup::sdk::RunContext& run) override;
    void dump(const dbackup::sdk::DumpRequest& request,
              dbackup::sdk::DumpOutput& output,
              dbackup::sdk::RunContext& run) override;
    void checkRestore(const dbackup::sdk::RestoreRequest& request, dbackup::sdk::RunContext& run) override;
    void restore(const dbackup::sdk::RestoreRequest& request,
                 dbackup::sdk::ByteSource& source,
                 dbackup::sdk::RunContext& run) override;

private:
    std::filesystem::path fileOf(const std::string& database) const;

    std::filesystem::path folder_;
};
