#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connection.h"

namespace dbackup::mysql {

/// What an account may do, by what SHOW GRANTS says: privileges on the server and on databases; those on
/// single tables and routines are left out. [immutable]
class Privileges {
public:
    /// Of the connected account and the roles that are active.
    static Privileges read(Connection& connection);
    /// @param grants  the lines of SHOW GRANTS
    explicit Privileges(const std::vector<std::string>& grants);

    /// @param privilege  "SELECT"; what GRANT calls it
    bool onServer(const std::string& privilege) const;
    /// On all of the database, or on the server.
    bool onDatabase(const std::string& privilege, std::string_view database) const;

private:
    std::set<std::string> server_;
    std::map<std::string, std::set<std::string>> databases_;  ///< by the pattern that names them
};

/// Does a name match a pattern of GRANT's (% _ and \ before either)?
bool matchesPattern(std::string_view name, std::string_view pattern);

/// A dump leaves out without a word what the account may not see. So it must be able to see all.
/// @throws Error Permission: names what is missing, and the GRANT that helps
void requireWholeView(Connection& connection, const std::string& database);

}  // namespace dbackup::mysql
