#pragma once

#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/settings.h>

#include "folder_dump.h"
#include "folder_restore.h"

namespace dbackup::files {

/// Folders of this machine, each of which counts as a database (docs/engines/files.md).
class FilesEngine final : public sdk::DatabaseEngine {
public:
    explicit FilesEngine(const sdk::Settings& settings);

    sdk::ServerInfo test(sdk::RunContext& run) override;
    std::vector<sdk::DatabaseInfo> databases(sdk::RunContext& run) override;
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) override;
    void checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) override;
    void restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) override;

private:
    RestoreTarget targetOf(const sdk::RestoreRequest& request) const;

    std::vector<std::string> folders_;
    std::vector<std::string> restore_folders_;
    DumpRules rules_;
};

}  // namespace dbackup::files
