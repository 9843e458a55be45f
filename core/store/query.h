#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store/connection.h"
#include "core/store/database.h"

namespace dbackup::store {

/// All rows of one query. @throws Error as Database::read
template <class T>
std::vector<T> listRows(const Database& database, const std::string& sql, const Values& values = {}) {
    std::vector<T> rows;
    database.read([&](Connection& connection) { rows = connection.select<T>(sql, values); });
    return rows;
}

/// The first row of one query, if there is one. @throws Error as Database::read
template <class T>
std::optional<T> findRow(const Database& database, const std::string& sql, const Values& values = {}) {
    std::optional<T> row;
    database.read([&](Connection& connection) { row = connection.selectFirst<T>(sql, values); });
    return row;
}

/// Runs one statement and returns how many rows it changed, on disk. @throws Error as Database::write
inline std::int64_t change(Database& database, std::string_view sql, const Values& values) {
    std::int64_t changed = 0;
    database.write([&](Connection& connection) { changed = connection.execute(sql, values); });
    return changed;
}

/// Queues one statement. Its text must be a constant.
inline void changeLater(Database& database, std::string_view sql, Values values) {
    database.writeLater(
        [sql, values = std::move(values)](Connection& connection) { connection.execute(sql, values); });
}

}  // namespace dbackup::store
