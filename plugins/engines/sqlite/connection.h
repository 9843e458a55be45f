#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/run_context.h>

namespace dbackup::sqlite {

constexpr const char* repair_hint = "repair it (sqlite3 FILE .recover) or restore an earlier backup";

/// A connection to one database file. [one thread]
class Connection {
public:
    enum class Mode {
        None = 0,
        Existing,   ///< must be there; read and write, since WAL and hot journals need both
        Create,     ///< made when missing
        Immutable,  ///< nobody changes the file; nothing is written beside it
    };

    /// Long statements end when the run is stopped.
    /// @throws Error NotFound, Permission, Integrity (no database)
    Connection(const std::filesystem::path& file, Mode mode, sdk::RunContext& run);

    /// @throws Error, see failure()
    void execute(const std::string& sql);
    /// The first column of all rows.
    std::vector<std::string> column(const std::string& sql);
    std::string text(const std::string& sql);
    std::int64_t integer(const std::string& sql);

    /// What a result code of this connection means: Unavailable (locked), Integrity, NoSpace, Permission,
    /// Cancelled.
    /// @param what  what was tried
    sdk::Error failure(int code, const std::string& what) const;

    sqlite3* handle() const noexcept { return database_.get(); }

private:
    struct Close {
        void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
    };
    std::filesystem::path file_;
    sdk::RunContext& run_;
    std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace dbackup::sqlite
