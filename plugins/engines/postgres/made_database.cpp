#include "made_database.h"

#include <algorithm>
#include <random>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/retry.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "quoting.h"

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// Until others have left a database: sessions that were told to end need a moment.
constexpr sdk::RetryPolicy others_leave{10, std::chrono::milliseconds(100), std::chrono::milliseconds(1000)};

/// At most 63 bytes, cut between two characters of UTF-8.
std::string temporaryNameFor(const std::string& database) {
    std::random_device random;
    const std::string suffix = "_dbackup_" + std::to_string(random());
    std::size_t keep = std::min(database.size(), longest_name - suffix.size());
    while (keep > 0 && keep < database.size() &&
           (static_cast<unsigned char>(database[keep]) & 0xc0U) == 0x80U) {
        --keep;
    }
    return database.substr(0, keep) + suffix;
}

void dropDatabase(Connection& connection, const std::string& name, sdk::RunContext& run) {
    const bool can_force = connection.serverMajor() >= 13;
    sdk::retry(others_leave, run, [&] {
        if (!can_force) {
            connection.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                             {name});
        }
        connection.query("DROP DATABASE IF EXISTS " + quoteName(name) + (can_force ? " WITH (FORCE)" : ""));
    });
}

}  // namespace

MadeDatabase::MadeDatabase(const ServerSettings& server,
                           std::string name,
                           const DatabaseProperties& properties,
                           sdk::RunContext& run)
    : server_(server), run_(run), name_(std::move(name)), temporary_(temporaryNameFor(name_)) {
    // Not stopped between the server's deed and our knowledge of it.
    sdk::UnstoppableRun steady(run);
    Connection connection = connectToServer(server, steady);
    create(connection, properties);
}

MadeDatabase::~MadeDatabase() {
    if (!kept_) drop();
}

void MadeDatabase::create(Connection& connection, const DatabaseProperties& properties) {
    const auto statements = createStatements(properties, temporary_, connection.serverMajor());
    for (std::size_t i = 0;; ++i) {
        try {
            sdk::retry(others_leave, run_, [&] { connection.query(statements.at(i)); });
            return;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Unsupported || i + 1 == statements.size()) throw;
            run_.log(sdk::LogLevel::Warning,
                     "Database '" + name_ +
                         "' cannot be made with the locale it had, so it gets another; sorting and upper "
                         "case may differ",
                     error.what());
        }
    }
}

void MadeDatabase::place(const DatabaseProperties& properties, bool no_owner, bool replace) {
    run_.throwIfStopped();
    sdk::UnstoppableRun steady(run_);
    Connection connection = connectToServer(server_, steady, name_);
    for (const auto& statement : settingStatements(properties, temporary_, no_owner)) {
        try {
            connection.query(statement);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::Unavailable) throw;
            // A setting may be unknown to a newer server, or reserved to superusers; the data is whole
            // without.
            run_.log(sdk::LogLevel::Warning,
                     "A setting of database '" + name_ + "' is left out: " + statement,
                     error.what());
        }
    }
    if (!no_owner) {
        for (const auto& statement : ownerStatements(properties, temporary_)) {
            connection.query(statement);
        }
    }
    if (replace) {
        dropDatabase(connection, name_, steady);
        kept_ = true;
    }
    try {
        sdk::retry(others_leave, steady, [&] {
            connection.query("ALTER DATABASE " + quoteName(temporary_) + " RENAME TO " + quoteName(name_));
        });
        kept_ = true;
    } catch (const Error& error) {
        if (!replace) throw;
        throw Error(
            error.kind(),
            error.what(),
            "The restored database is whole, under the name \"" + temporary_ + "\": rename it by hand");
    }
}

void MadeDatabase::drop() noexcept {
    try {
        sdk::UnstoppableRun steady(run_);
        Connection connection = connectToServer(server_, steady);
        dropDatabase(connection, temporary_, steady);
    } catch (const std::exception& error) {
        run_.log(sdk::LogLevel::Error,
                 "The unfinished database '" + temporary_ + "' is left on " + server_.place() +
                     ": drop it by hand",
                 error.what());
    }
}

}  // namespace dbackup::postgres
