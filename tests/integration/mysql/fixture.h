#pragma once

#include <functional>
#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/error.h>

#include "tests/support/mariadb_server.h"
#include "tests/support/memory_streams.h"

namespace dbackup::test {

/// The server that most tests dump from, started by the first of them.
MariadbServer& source();
/// Another one, to restore into.
MariadbServer& target();

/// A dump that was completed.
struct Dump {
    sdk::DumpObject object;
    std::string bytes;
    std::vector<RecordingRun::Entry> log;
};
Dump dump(const MariadbServer& server, const std::string& database);
/// Dumps with own settings into an own output.
void dumpWith(const sdk::Settings& settings,
              const std::string& database,
              sdk::DumpOutput& output,
              sdk::RunContext& run);
Dump dumpGlobals(const MariadbServer& server);
/// A dump of sample.sql's database `sample` on source(), taken once, as it is large; the database stays.
const Dump& sample();

/// Restores it under a name and returns what was logged.
std::vector<RecordingRun::Entry> restore(const MariadbServer& server,
                                         const Dump& dump,
                                         const std::string& database,
                                         bool overwrite = false);

/// The error that an action ends with; fails the test when there is none.
sdk::Error errorOf(const std::function<void()>& action);
/// Was there a warning with these words?
bool warned(const std::vector<RecordingRun::Entry>& log, const std::string& words);

/// A database that is dropped again with the object.
class Database {
public:
    Database(MariadbServer& server, std::string name, const std::string& statements = {});
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();
    const std::string& name() const { return name_; }

private:
    MariadbServer& server_;
    std::string name_;
};

/// All databases of a server, in order, but the server's own.
std::string databasesOf(MariadbServer& server);

}  // namespace dbackup::test
