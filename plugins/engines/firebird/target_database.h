#pragma once

#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/streams.h>

#include "client_tools.h"

namespace dbackup::firebird {

/// Drops a database. @return false if there is none
/// @throws Error Unavailable while others use it, Permission, ...
bool dropDatabase(const ClientTools& tools, const std::string& database);

/// A database that a restore makes, dropped again unless keep() was called. [one thread]
class TargetDatabase {
public:
    /// Makes nothing yet: that is gbak's to do.
    /// @param server  must outlive the object, as must run
    TargetDatabase(const ServerSettings& server, std::string name, sdk::RunContext& run);
    TargetDatabase(const TargetDatabase&) = delete;
    TargetDatabase& operator=(const TargetDatabase&) = delete;
    ~TargetDatabase();

    const std::string& name() const noexcept { return name_; }
    /// Runs gbak to fill it with a backup, and looks whether the database is there and online then.
    /// @throws Error for whatever gbak complained of; it may call a failure a success
    void fill(sdk::ByteSource& source, sdk::RunContext& run);
    void keep() noexcept { kept_ = true; }

private:
    void takeBack() noexcept;

    const ServerSettings& server_;
    sdk::RunContext& run_;
    std::string name_;
    bool touched_ = false;
    bool kept_ = false;
};

}  // namespace dbackup::firebird
