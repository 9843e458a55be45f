#pragma once

#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/streams.h>
#include <dbackup/sdk/subprocess.h>

#include "backup_check.h"
#include "client_tools.h"

namespace dbackup::firebird {

/// A database as gbak writes it, in one snapshot transaction, while it is read. [one thread]
class Backup final : public sdk::ByteSource {
public:
    /// Starts gbak.
    /// @param database  an alias, or a path on the server's machine
    /// @param server  must outlive the object, as must run
    Backup(const ServerSettings& server, std::string database, sdk::RunContext& run);

    /// 0 is the end, and by then the backup is known to be complete.
    /// @throws Error as failure() tells; ToolFailed when the backup is incomplete
    std::size_t read(std::span<std::byte> into) override;

private:
    void requireComplete();

    const ServerSettings& server_;
    std::string database_;
    sdk::Subprocess process_;
    BackupCheck check_;
};

}  // namespace dbackup::firebird
