#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <Poco/Data/Session.h>

#include "core/store/statement.h"

namespace dbackup::store {

/// One session with the history store and its prepared statements. [one thread at a time]
///
/// A type that is selected has an overload `void read(Row&, T&)` in this namespace (not in an unnamed one,
/// where argument-dependent lookup does not look), which takes the columns in their order.
class Connection {
public:
    /// Opens the file, which must exist, and changes nothing in it.
    /// @throws Error Permission, Integrity, Unavailable
    explicit Connection(const std::filesystem::path& file);

    /// All rows of a query.
    /// @param sql  one statement; compiled once, so its text must be one of few. Parameters are `?`.
    /// @throws Error, see storeError()
    template <class T>
    std::vector<T> select(std::string_view sql, const Values& values = {});
    /// The first row, if there is one.
    template <class T>
    std::optional<T> selectFirst(std::string_view sql, const Values& values = {});
    /// Runs a statement that gives no rows. @return how many rows it changed
    std::int64_t execute(std::string_view sql, const Values& values = {});
    /// Runs several statements, once.
    void executeScript(const std::string& sql);

    /// False also after an error that undid the transaction (disk full, input/output error).
    bool inTransaction() const noexcept;
    /// What must not touch the file, not even when it closes it, sets this.
    void keepFileUntouched(bool yes);

private:
    /// An execution that ends with the object.
    class Cursor {
    public:
        Cursor(Statement& statement, const Values& values) : statement_(statement) {
            statement.start(values);
        }
        Cursor(const Cursor&) = delete;
        Cursor& operator=(const Cursor&) = delete;
        ~Cursor() { statement_.finish(); }
        bool step() { return statement_.step(); }
        Row row() { return statement_.row(); }

    private:
        Statement& statement_;
    };

    Statement& prepared(std::string_view sql);

    Poco::Data::Session session_;
    sqlite3* database_;
    // Declared after the session: statements go first.
    std::map<std::string, std::unique_ptr<Statement>, std::less<>> statements_;
};

inline void read(Row& row, std::int64_t& value) {
    value = row.integer();
}
inline void read(Row& row, std::string& value) {
    value = row.text();
}

template <class T>
std::vector<T> Connection::select(std::string_view sql, const Values& values) {
    std::vector<T> rows;
    Cursor cursor(prepared(sql), values);
    while (cursor.step()) {
        Row row = cursor.row();
        read(row, rows.emplace_back());
    }
    return rows;
}

template <class T>
std::optional<T> Connection::selectFirst(std::string_view sql, const Values& values) {
    std::optional<T> first;
    Cursor cursor(prepared(sql), values);
    if (cursor.step()) {
        Row row = cursor.row();
        read(row, first.emplace());
    }
    return first;
}

}  // namespace dbackup::store
