#pragma once

#include <functional>
#include <string>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/error.h>

#include "tests/support/memory_streams.h"
#include "tests/support/postgres_server.h"

namespace dbackup::test {

/// The server that most tests dump from, started by the first of them.
PostgresServer& source();
/// Another one, to restore into.
PostgresServer& target();

/// A dump that was completed.
struct Dump {
    sdk::DumpObject object;
    std::string bytes;
};
Dump dump(const PostgresServer& server, const std::string& database, const std::string& format = "dump");
/// Dumps with own settings into an own output.
void dumpWith(const sdk::Settings& settings,
              const std::string& database,
              sdk::DumpOutput& output,
              sdk::RunContext& run,
              const std::string& format = "dump");
Dump dumpGlobals(const PostgresServer& server);

/// Dumps with the setting `parallel`. @param more  other settings, JSON members
void dumpParts(const PostgresServer& server,
               const std::string& database,
               MemoryOutput& output,
               int parallel = 3,
               const std::string& more = {});
/// Restores all objects of such a dump.
void restoreParts(const PostgresServer& server,
                  const MemoryOutput& dump,
                  const std::string& database,
                  const std::function<void(sdk::RestoreRequest&)>& change = {});

/// A database with everything that PostgreSQL has, made once on source(); its roles are on target(), too.
extern const std::string sample_database;
void makeSample();

/// The text of the first code block under a heading of the manual: what an administrator will copy.
/// @param language  "sql", "sh"
std::string fromManual(const std::string& heading, const std::string& language);

/// Restores it under a name and returns what was logged.
std::vector<RecordingRun::Entry> restore(const PostgresServer& server,
                                         const Dump& dump,
                                         const std::string& database,
                                         bool overwrite = false,
                                         bool no_owner = false);

/// The error that an action ends with; fails the test when there is none.
sdk::Error errorOf(const std::function<void()>& action);

/// A database that is dropped again with the object.
class Database {
public:
    Database(PostgresServer& server, std::string name, const std::string& statements = {});
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();
    const std::string& name() const { return name_; }

private:
    PostgresServer& server_;
    std::string name_;
};

/// All databases of a server, in order, but the three that each has.
std::string databasesOf(PostgresServer& server);

}  // namespace dbackup::test
