#include "fixture.h"

#include <cstdio>
#include <stdexcept>

#include "plugins/engines/postgres/postgres_engine.h"
#include "plugins/engines/postgres/quoting.h"

namespace dbackup::test {

PostgresServer& source() {
    static PostgresServer server;
    return server;
}

PostgresServer& target() {
    static PostgresServer server;
    return server;
}

Dump dump(const PostgresServer& server, const std::string& database, const std::string& format) {
    postgres::PostgresEngine engine(server.settings());
    RecordingRun run;
    MemoryOutput output;
    engine.dump({"database", database, format}, output, run);
    if (output.objects.size() != 1 || !output.only().finished)
        throw std::logic_error("the dump was not finished");
    return {output.only().object, output.only().bytes};
}

void dumpWith(const sdk::Settings& settings,
              const std::string& database,
              sdk::DumpOutput& output,
              sdk::RunContext& run,
              const std::string& format) {
    postgres::PostgresEngine(settings).dump({"database", database, format}, output, run);
}

Dump dumpGlobals(const PostgresServer& server) {
    postgres::PostgresEngine engine(server.settings());
    RecordingRun run;
    MemoryOutput output;
    engine.dump({"globals", "", ""}, output, run);
    if (output.objects.size() != 1 || !output.only().finished)
        throw std::logic_error("the dump was not finished");
    return {output.only().object, output.only().bytes};
}

std::vector<RecordingRun::Entry> restore(const PostgresServer& server,
                                         const Dump& dump,
                                         const std::string& database,
                                         bool overwrite,
                                         bool no_owner) {
    postgres::PostgresEngine engine(server.settings());
    RecordingRun run;
    MemorySource source(dump.bytes);
    engine.restore({dump.object, database, overwrite, no_owner}, source, run);
    return run.entries();
}

sdk::Error errorOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const sdk::Error& error) {
        return error;
    }
    throw std::logic_error("there was no error");
}

Database::Database(PostgresServer& server, std::string name, const std::string& statements)
    : server_(server), name_(std::move(name)) {
    server_.sql("postgres", "CREATE DATABASE " + postgres::quoteName(name_));
    if (!statements.empty()) server_.sql(name_, statements);
}

Database::~Database() {
    try {
        server_.sql("postgres", "DROP DATABASE IF EXISTS " + postgres::quoteName(name_) + " WITH (FORCE)");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "database %s was not dropped: %s\n", name_.c_str(), error.what());
    }
}

std::string databasesOf(PostgresServer& server) {
    return server.sql(
        "template1",
        "SELECT coalesce(string_agg(datname, ' ' ORDER BY datname), '') FROM pg_database WHERE datname "
        "NOT IN ('postgres', 'template0', 'template1')");
}

}  // namespace dbackup::test
