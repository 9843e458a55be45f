#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <sqlite3.h>

#include <dbackup/sdk/error.h>

#include "plugins/engines/sqlite/sqlite_engine.h"
#include "tests/support/memory_streams.h"
#include "tests/support/recording_run.h"

namespace dbackup::test {

/// A plain connection, as an application has it. [one thread]
class Sqlite {
public:
    explicit Sqlite(const std::filesystem::path& file);
    /// Runs statements; gives all values of all rows, separated by "|". Throws std::runtime_error.
    std::string operator()(const std::string& sql);
    /// Every row of every table, in an order that depends on the content alone, and the schema.
    std::string content();

private:
    struct Close {
        void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
    };
    std::unique_ptr<sqlite3, Close> database_;
};

sdk::Settings settingsFor(const std::filesystem::path& file, const std::string& more = {});

/// Dumps a database and returns what came out, complete.
std::string dump(const std::filesystem::path& file, RecordingRun& run);
std::string dump(const std::filesystem::path& file);
/// Puts a dump into a new file beside the test's others.
std::filesystem::path saved(const std::string& bytes,
                            const TempDir& folder,
                            const std::string& name = "copy");

/// The error that an action ends with; throws std::logic_error when there is none.
sdk::Error errorOf(const std::function<void()>& action);

}  // namespace dbackup::test
