#pragma once

#include <string>
#include <thread>

#include "tests/support/postgres_server.h"

namespace dbackup::test {

/// Fills a database with pgbench's tables: 200,000 accounts of 2 branches with nothing on them.
void makeBank(PostgresServer& server, const std::string& database);

/// pgbench at work on such a database, from the constructor, which returns when it has written something,
/// until stop(). [one thread]
class WriteLoad {
public:
    /// @param server  must outlive the object
    WriteLoad(PostgresServer& server, std::string database);
    WriteLoad(const WriteLoad&) = delete;
    WriteLoad& operator=(const WriteLoad&) = delete;
    ~WriteLoad() { stop(); }

    /// Returns when something more has been written.
    void await();
    void stop();

private:
    PostgresServer& server_;
    const std::string database_;
    RecordingRun run_;
    std::thread thread_;
};

/// Fails the test unless the database is as of one moment: each of pgbench's transactions is in it on the
/// account, the teller, the branch and in the history, or nowhere.
/// @return how many transactions are in it
int requireOneMoment(PostgresServer& server, const std::string& database);

}  // namespace dbackup::test
