#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connection.h"
#include "server_settings.h"

namespace dbackup::postgres {

/// One moment of a database that several connections see. As long as the object lives, nobody alters, empties
/// or drops a table that the account may read: its locks are older than the moment. [one thread]
class SharedSnapshot {
public:
    /// Waits until nobody changes the tables' definitions.
    SharedSnapshot(const ServerSettings& server, const std::string& database, sdk::RunContext& run);

    /// For pg_dump's --snapshot.
    const std::string& id() const noexcept { return id_; }

    struct Table {
        std::string schema;
        std::string name;
        std::uint64_t bytes = 0;  ///< of its rows
    };
    /// All ordinary tables, partitions among them, that are no part of an extension.
    std::vector<Table> tables();
    std::uint64_t largeObjectBytes();

private:
    /// @return false when a table was dropped before it could be locked
    bool lockAll();

    Connection connection_;
    std::string id_;
};

}  // namespace dbackup::postgres
