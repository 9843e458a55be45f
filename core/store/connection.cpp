#include "core/store/connection.h"

#include <mutex>

#include <Poco/Data/DataException.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>

#include "core/store/limits.h"
#include "core/store/store_error.h"

namespace dbackup::store {

namespace {

Poco::Data::Session open(const std::filesystem::path& file) {
    static std::once_flag registered;
    std::call_once(registered, [] {
        // Nobody asks SQLite how much memory it has, and its account is one lock for all threads.
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        Poco::Data::SQLite::Connector::registerConnector();
    });
    try {
        return {Poco::Data::SQLite::Connector::KEY, file.string(), open_timeout.count()};
    } catch (const Poco::Exception& error) {
        throw Error(ErrorKind::Permission,
                    "cannot open the history store " + file.string() + ": " + error.displayText(),
                    "the service's user must be able to write the file and its folder");
    }
}

}  // namespace

Connection::Connection(const std::filesystem::path& file)
    : session_(open(file)), database_(Poco::Data::SQLite::Utility::dbHandle(session_)) {
    sqlite3_busy_timeout(database_, static_cast<int>(busy_timeout.count()));
    executeScript(
        "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
        "PRAGMA journal_size_limit = " +
        std::to_string(wal_limit_bytes));
}

std::int64_t Connection::execute(std::string_view sql, const Values& values) {
    Cursor cursor(prepared(sql), values);
    while (cursor.step()) {
    }
    return sqlite3_changes64(database_);
}

void Connection::executeScript(const std::string& sql) {
    const int status = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
    if (status != SQLITE_OK) {
        throw storeError(database_, status);
    }
}

bool Connection::inTransaction() const noexcept {
    return sqlite3_get_autocommit(database_) == 0;
}

void Connection::keepFileUntouched(bool yes) {
    sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, yes ? 1 : 0, nullptr);
}

Statement& Connection::prepared(std::string_view sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
        found = statements_.emplace(sql, std::make_unique<Statement>(database_, sql)).first;
    }
    return *found->second;
}

}  // namespace dbackup::store
