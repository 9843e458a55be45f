#include "privileges.h"

#include <algorithm>

#include "quoting.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// "SELECT, LOCK TABLES" -> both.
std::set<std::string> listed(std::string_view text) {
    std::set<std::string> privileges;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(", "), text.size());
        privileges.emplace(text.substr(0, end));
        text.remove_prefix(std::min(end + 2, text.size()));
    }
    return privileges;
}

bool contains(const std::set<std::string>& privileges, const std::string& privilege) {
    return privileges.contains(privilege) || privileges.contains("ALL PRIVILEGES");
}

/// Whose list of routines is complete: who may do something with all of them, or read their text.
bool seesRoutines(Connection& connection, const Privileges& may, const std::string& database) {
    if (may.onServer("SELECT") || may.onServer("SHOW_ROUTINE")) return true;
    for (const char* privilege : {"EXECUTE", "CREATE ROUTINE", "ALTER ROUTINE", "SHOW CREATE ROUTINE"}) {
        if (may.onDatabase(privilege, database)) return true;
    }
    try {
        connection.query("SELECT 1 FROM mysql.proc LIMIT 0");
        return true;
    } catch (const Error& error) {
        // MySQL from 8.0 on has no such table.
        if (error.kind() != ErrorKind::Permission && error.kind() != ErrorKind::NotFound) throw;
        return false;
    }
}

}  // namespace

Privileges Privileges::read(Connection& connection) {
    if (connection.version().mariadb) return Privileges(connection.column("SHOW GRANTS"));
    const std::string roles =
        connection.version().atLeast(8, 0) ? connection.value("SELECT CURRENT_ROLE()") : "";
    const bool any = !roles.empty() && roles != "NONE";
    return Privileges(connection.column("SHOW GRANTS FOR CURRENT_USER()" + (any ? " USING " + roles : "")));
}

Privileges::Privileges(const std::vector<std::string>& grants) {
    for (std::string_view line : grants) {
        constexpr std::string_view grant = "GRANT ";
        const std::size_t on = line.find(" ON ");
        if (!line.starts_with(grant) || on == std::string_view::npos) continue;
        const auto privileges = listed(line.substr(grant.size(), on - grant.size()));
        std::string_view object = line.substr(on + 4);
        if (object.starts_with("*.* TO ")) {
            server_.insert(privileges.begin(), privileges.end());
            continue;
        }
        const std::size_t end = object.find("`.* TO ");
        if (!object.starts_with('`') || end == std::string_view::npos || end == 0) continue;
        std::string pattern;
        for (std::size_t i = 1; i < end; ++i) {
            pattern += object[i];
            if (object[i] == '`') ++i;  // doubled
        }
        databases_[pattern].insert(privileges.begin(), privileges.end());
    }
}

bool Privileges::onServer(const std::string& privilege) const {
    return contains(server_, privilege);
}

bool Privileges::onDatabase(const std::string& privilege, std::string_view database) const {
    return onServer(privilege) || std::any_of(databases_.begin(), databases_.end(), [&](const auto& each) {
               return contains(each.second, privilege) && matchesPattern(database, each.first);
           });
}

bool matchesPattern(std::string_view name, std::string_view pattern) {
    if (pattern.empty()) return name.empty();
    if (pattern.front() == '%') {
        for (std::size_t skip = 0; skip <= name.size(); ++skip) {
            if (matchesPattern(name.substr(skip), pattern.substr(1))) return true;
        }
        return false;
    }
    if (name.empty()) return false;
    const bool escaped = pattern.front() == '\\' && pattern.size() > 1;
    if (escaped) pattern.remove_prefix(1);
    if (!escaped && pattern.front() == '_') {
        // One character, which may be several bytes of UTF-8.
        do {
            name.remove_prefix(1);
        } while (!name.empty() && (static_cast<unsigned char>(name.front()) & 0xc0U) == 0x80U);
        return matchesPattern(name, pattern.substr(1));
    }
    return name.front() == pattern.front() && matchesPattern(name.substr(1), pattern.substr(1));
}

void requireWholeView(Connection& connection, const std::string& database) {
    const Privileges may = Privileges::read(connection);
    std::string missing;
    for (const char* privilege : {"SELECT", "SHOW VIEW", "TRIGGER", "EVENT"}) {
        if (!may.onDatabase(privilege, database)) {
            missing += (missing.empty() ? "" : ", ") + std::string(privilege);
        }
    }
    const std::string account = connection.value("SELECT CURRENT_USER()");
    if (!missing.empty()) {
        throw Error(ErrorKind::Permission,
                    "a backup of database '" + database + "' on " + connection.name() +
                        " would not be complete: account " + account + " lacks " + missing,
                    "As an administrator: GRANT " + missing + " ON *.* TO the account, or on " +
                        quoteName(database) + ".* alone");
    }
    if (!seesRoutines(connection, may, database)) {
        throw Error(ErrorKind::Permission,
                    "a backup of database '" + database + "' on " + connection.name() +
                        " would not be complete: account " + account +
                        " cannot see all functions and procedures",
                    std::string("As an administrator: GRANT ") +
                        (connection.version().mariadb ? "SELECT ON mysql.proc" : "SHOW_ROUTINE ON *.*") +
                        " TO the account");
    }
}

}  // namespace dbackup::mysql
