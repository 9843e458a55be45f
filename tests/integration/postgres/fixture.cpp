#include "fixture.h"

#include <cstdio>
#include <fstream>
#include <sstream>
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

void dumpParts(const PostgresServer& server,
               const std::string& database,
               MemoryOutput& output,
               int parallel,
               const std::string& more) {
    RecordingRun run;
    const std::string setting = "\"parallel\":" + std::to_string(parallel) + (more.empty() ? "" : ",") + more;
    dumpWith(server.settings("postgres", "secret", setting), database, output, run);
}

void restoreParts(const PostgresServer& server,
                  const MemoryOutput& dump,
                  const std::string& database,
                  const std::function<void(sdk::RestoreRequest&)>& change) {
    postgres::PostgresEngine engine(server.settings("postgres", "secret", R"("parallel":2)"));
    RecordingRun run;
    MemoryInput input(dump);
    sdk::RestoreRequest request;
    request.object = input.objects().front();
    request.database = database;
    if (change) change(request);
    static_cast<sdk::RestoreObjects*>(engine.extension(sdk::RestoreObjects::id))
        ->restoreObjects(request, input, run);
}

const std::string sample_database = "the \"sample\" it's";

void makeSample() {
    [[maybe_unused]] static const bool made = [] {
        source().sql("postgres", "CREATE DATABASE \"the \"\"sample\"\" it's\"");
        source().tool("psql",
                      sample_database,
                      {"--no-psqlrc",
                       "--quiet",
                       "--set=ON_ERROR_STOP=1",
                       "--file=" DBACKUP_SOURCE_DIR "/tests/integration/postgres/sample.sql"});
        source().sql("postgres", R"(
            ALTER DATABASE "the ""sample"" it's" SET search_path = app, "$user", "Schéma – 漢字";
            ALTER DATABASE "the ""sample"" it's" SET "app.tenant" = 'it''s';
            ALTER ROLE sample_reader IN DATABASE "the ""sample"" it's" SET work_mem = '7MB';
            COMMENT ON DATABASE "the ""sample"" it's" IS 'what''s in it';
            REVOKE CONNECT ON DATABASE "the ""sample"" it's" FROM PUBLIC;
            GRANT CREATE ON DATABASE "the ""sample"" it's" TO sample_reader;
            ALTER DATABASE "the ""sample"" it's" OWNER TO sample_owner)");
        restore(target(), dumpGlobals(source()), "");
        return true;
    }();
}

std::string fromManual(const std::string& heading, const std::string& language) {
    std::ostringstream text;
    text << std::ifstream(DBACKUP_SOURCE_DIR "/docs/engines/postgres.md").rdbuf();
    const std::string page = text.str();
    const std::size_t section = page.find("# " + heading + "\n");
    const std::string fence = "```" + language + "\n";
    const std::size_t start = section == std::string::npos ? section : page.find(fence, section);
    if (start == std::string::npos) throw std::logic_error("the manual has no such text: " + heading);
    return page.substr(start + fence.size(), page.find("```", start + 3) - start - fence.size());
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
