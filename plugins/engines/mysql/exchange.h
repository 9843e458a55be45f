#pragma once

#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>

#include "client_tools.h"
#include "connection.h"
#include "server_settings.h"
#include "target_database.h"

namespace dbackup::mysql {

/// Puts a restored database in the place of another. The server cannot rename databases, but moves tables
/// from one to another without copying. What it cannot move (views, triggers, routines, events) is written
/// out by the dump tool first and made anew in the final database. [one thread]
class Exchange {
public:
    /// Writes out what cannot be moved; changes nothing.
    /// @param from  the restored database; must outlive the object, as must server and run
    Exchange(const ServerSettings& server, TargetDatabase& from, sdk::RunContext& run);

    /// Drops `to` with all it has and gives its name to what was restored. From the drop on nothing stops it,
    /// and the restored database is kept, whatever happens.
    /// @throws Error whose hint says where the data is, if the server fails in the middle
    void place(const std::string& to);

private:
    std::string written(const std::vector<std::string>& arguments);
    void drop(Connection& connection, const std::string& to);
    void moveTables(Connection& connection, const std::string& to) const;

    const ServerSettings& server_;
    sdk::RunContext& run_;
    TargetDatabase& temporary_;
    std::string from_;
    ClientTool dump_;
    ClientTool client_;
    std::string programs_;  ///< triggers, events and routines, as SQL
    std::string views_;
    std::vector<std::string> tables_;
    std::vector<std::string> triggers_;
};

}  // namespace dbackup::mysql
