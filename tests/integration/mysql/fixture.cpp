#include "fixture.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "plugins/engines/mysql/mysql_engine.h"
#include "plugins/engines/mysql/quoting.h"

namespace dbackup::test {

namespace {

Dump completed(const MemoryOutput& output, const RecordingRun& run) {
    if (output.objects.size() != 1 || !output.only().finished)
        throw std::logic_error("the dump was not finished");
    return {output.only().object, output.only().bytes, run.entries()};
}

}  // namespace

MariadbServer& source() {
    static MariadbServer server;
    return server;
}

MariadbServer& target() {
    static MariadbServer server;
    return server;
}

Dump dump(const MariadbServer& server, const std::string& database) {
    RecordingRun run;
    MemoryOutput output;
    dumpWith(server.settings(), database, output, run);
    return completed(output, run);
}

void dumpWith(const sdk::Settings& settings,
              const std::string& database,
              sdk::DumpOutput& output,
              sdk::RunContext& run) {
    mysql::MysqlEngine(settings).dump({"database", database, ""}, output, run);
}

Dump dumpGlobals(const MariadbServer& server) {
    RecordingRun run;
    MemoryOutput output;
    mysql::MysqlEngine(server.settings()).dump({"globals", "", ""}, output, run);
    return completed(output, run);
}

const Dump& sample() {
    static const Dump taken = [] {
        std::ostringstream statements;
        statements << std::ifstream(DBACKUP_SOURCE_DIR "/tests/integration/mysql/sample.sql").rdbuf();
        source().sql("", "CREATE DATABASE sample CHARACTER SET latin1 COLLATE latin1_german1_ci");
        source().sql("sample", statements.str());
        // From now on the dump has to switch collations for what was made before.
        source().sql("", "ALTER DATABASE sample CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
        return dump(source(), "sample");
    }();
    return taken;
}

std::vector<RecordingRun::Entry> restore(const MariadbServer& server,
                                         const Dump& dump,
                                         const std::string& database,
                                         bool overwrite) {
    RecordingRun run;
    MemorySource source(dump.bytes);
    mysql::MysqlEngine(server.settings()).restore({dump.object, database, overwrite}, source, run);
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

bool warned(const std::vector<RecordingRun::Entry>& log, const std::string& words) {
    return std::any_of(log.begin(), log.end(), [&](const auto& entry) {
        return entry.level == sdk::LogLevel::Warning && entry.message.find(words) != std::string::npos;
    });
}

Database::Database(MariadbServer& server, std::string name, const std::string& statements)
    : server_(server), name_(std::move(name)) {
    server_.sql("", "CREATE DATABASE " + mysql::quoteName(name_));
    if (!statements.empty()) server_.sql(name_, statements);
}

Database::~Database() {
    try {
        server_.sql("", "DROP DATABASE IF EXISTS " + mysql::quoteName(name_));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "database %s was not dropped: %s\n", name_.c_str(), error.what());
    }
}

std::string databasesOf(MariadbServer& server) {
    return server.sql("",
                      "SELECT COALESCE(GROUP_CONCAT(SCHEMA_NAME ORDER BY 1 SEPARATOR ' '), '') FROM "
                      "information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('information_schema', 'mysql', "
                      "'performance_schema', 'sys')");
}

}  // namespace dbackup::test
