#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <Poco/Data/SQLite/Binder.h>
#include <Poco/Data/SQLite/Extractor.h>

#include "core/base/clock.h"
#include "core/store/value.h"

namespace dbackup::store {

/// Reads the columns of a result row one after another. A NULL is 0, "" or nothing.
class Row {
public:
    explicit Row(Poco::Data::AbstractExtractor& extractor) : extractor_(extractor) {}

    std::string text();
    std::int64_t integer() { return optionalInteger().value_or(0); }
    bool flag() { return integer() != 0; }
    TimePoint time() { return fromMillis(integer()); }
    std::optional<std::int64_t> optionalInteger();
    std::optional<TimePoint> optionalTime();

private:
    Poco::Data::AbstractExtractor& extractor_;
    std::size_t position_ = 0;
};

/// One prepared statement of a session. Poco::Data's own Statement compiles its text at every execution,
/// which costs ten times what a read by key does; its binder and extractor do the rest of the work here.
/// [one thread at a time]
class Statement {
public:
    /// @param database  outlives the statement
    /// @throws Error, see storeError()
    Statement(sqlite3* database, std::string_view sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    /// Begins an execution. @param values  must live until finish()
    void start(const Values& values);
    /// @return false when there is no further row. @throws Error
    bool step();
    Row row() { return Row(*extractor_); }
    /// Ends the execution, and with it the read transaction if it had one.
    void finish() noexcept;

private:
    sqlite3* database_;
    sqlite3_stmt* statement_ = nullptr;
    std::optional<Poco::Data::SQLite::Binder> binder_;
    std::optional<Poco::Data::SQLite::Extractor> extractor_;
};

}  // namespace dbackup::store
