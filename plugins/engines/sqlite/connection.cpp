#include "connection.h"

#include <array>

namespace dbackup::sqlite {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr int busy_timeout_ms = 10'000;
/// Steps of SQLite's virtual machine between two looks at the stop token.
constexpr int steps_between_looks = 10'000;

/// A "file:" URI (sqlite.org/uri.html); everything but the plainest characters is escaped.
std::string immutableUri(const std::filesystem::path& file) {
    static constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string uri = "file:";
    for (const char c : file.string()) {
        if (plain.find(c) != std::string_view::npos) {
            uri += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            uri += '%';
            uri += digits[byte >> 4U];
            uri += digits[byte & 15U];
        }
    }
    return uri + "?immutable=1";
}

int lookForStop(void* run) {
    return static_cast<sdk::RunContext*>(run)->stop().stop_requested() ? 1 : 0;
}

ErrorKind kindOf(int code) {
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return ErrorKind::Unavailable;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorKind::Integrity;
        case SQLITE_FULL:
            return ErrorKind::NoSpace;
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH:
            return ErrorKind::Permission;
        case SQLITE_CANTOPEN:
            return ErrorKind::Permission;
        case SQLITE_IOERR:
            return ErrorKind::Unavailable;
        case SQLITE_INTERRUPT:
            return ErrorKind::Cancelled;
        default:
            return ErrorKind::Internal;
    }
}

class Statement {
public:
    Statement(const Connection& connection, const std::string& sql) : connection_(connection), sql_(sql) {
        sqlite3_stmt* made = nullptr;
        const int code = sqlite3_prepare_v2(connection.handle(), sql.c_str(), -1, &made, nullptr);
        statement_.reset(made);
        if (code != SQLITE_OK) {
            throw connection.failure(code, sql);
        }
    }

    /// @return false after the last row
    bool step() {
        const int code = sqlite3_step(statement_.get());
        if (code != SQLITE_ROW && code != SQLITE_DONE) {
            throw connection_.failure(code, sql_);
        }
        return code == SQLITE_ROW;
    }

    std::string text() {
        const unsigned char* value = sqlite3_column_text(statement_.get(), 0);
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): SQLite's texts are unsigned
        return value == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(value));
    }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };
    const Connection& connection_;
    const std::string& sql_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

std::string hintFor(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Unavailable:
            return "another process holds a lock on it; try again";
        case ErrorKind::Permission:
            return "let the service's user read the file and write to its folder";
        case ErrorKind::Integrity:
            return repair_hint;
        default:
            return {};
    }
}

}  // namespace

Connection::Connection(const std::filesystem::path& file, Mode mode, sdk::RunContext& run)
    : file_(file), run_(run) {
    std::error_code ignored;
    if (mode != Mode::Create && !std::filesystem::is_regular_file(file, ignored)) {
        throw Error(ErrorKind::NotFound, "there is no database file " + file.string());
    }
    const bool immutable = mode == Mode::Immutable;
    const int flags = immutable              ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
                      : mode == Mode::Create ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                             : SQLITE_OPEN_READWRITE;
    const std::string name = immutable ? immutableUri(file) : file.string();
    sqlite3* made = nullptr;
    const int code = sqlite3_open_v2(name.c_str(), &made, flags | SQLITE_OPEN_EXRESCODE, nullptr);
    database_.reset(made);
    if (code != SQLITE_OK) {
        throw failure(code, "open");
    }
    sqlite3_busy_timeout(handle(), busy_timeout_ms);
    sqlite3_progress_handler(handle(), steps_between_looks, &lookForStop, &run_);
    // A schema may name functions and virtual tables; none of them runs code for us.
    execute("PRAGMA trusted_schema = OFF");
}

void Connection::execute(const std::string& sql) {
    Statement statement(*this, sql);
    while (statement.step()) {
    }
}

std::vector<std::string> Connection::column(const std::string& sql) {
    Statement statement(*this, sql);
    std::vector<std::string> values;
    while (statement.step()) {
        values.push_back(statement.text());
    }
    return values;
}

std::string Connection::text(const std::string& sql) {
    const auto values = column(sql);
    return values.empty() ? std::string() : values.front();
}

std::int64_t Connection::integer(const std::string& sql) {
    const std::string value = text(sql);
    return value.empty() ? 0 : std::stoll(value);
}

Error Connection::failure(int code, const std::string& what) const {
    const ErrorKind kind = kindOf(code);
    if (kind == ErrorKind::Cancelled) {
        return {kind, "the run was asked to stop"};
    }
    const std::string reason = handle() != nullptr ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
    const char* const relation = (code & 0xff) == SQLITE_CORRUPT ? " is damaged: " : ": ";
    Error error(
        kind, "SQLite database " + file_.string() + relation + reason + " (" + what + ")", hintFor(kind));
    return error.canRetry(kind == ErrorKind::Unavailable);
}

}  // namespace dbackup::sqlite
