#include "tests/support/postgres_server.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>

#include <dbackup/sdk/error.h>

namespace dbackup::test {

namespace {

constexpr std::size_t most_output = std::size_t{1} << 30;

}  // namespace

PostgresServer::PostgresServer(std::string options) : options_(std::move(options)) {
    // The server runs as a user of its own when the test runs as root.
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0711));
    start();
}

PostgresServer::~PostgresServer() {
    try {
        stop("immediate");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the test's PostgreSQL server was not stopped: %s\n", error.what());
    }
}

void PostgresServer::start() {
    script("start", {{"POSTGRES_EXTRA", options_}});
    readEnvironment();
}

void PostgresServer::stop(const std::string& mode) {
    script("stop", {{"STOP_MODE", mode}});
}

void PostgresServer::configure(const std::string& settings, const std::string& access) {
    std::ofstream(dataFolder() + "/postgresql.conf", std::ios::app) << settings << "\n";
    std::ifstream old(dataFolder() + "/pg_hba.conf");
    const std::string rest(std::istreambuf_iterator<char>(old), {});
    std::ofstream(dataFolder() + "/pg_hba.conf") << access << "\n" << rest;
    stop();
    start();
}

std::string PostgresServer::script(const std::string& command,
                                   const std::map<std::string, std::string>& environment) {
    sdk::Command script(DBACKUP_SOURCE_DIR "/tests/support/servers/postgres.sh");
    script.arg(command).env("SERVERS_ROOT", (folder_ / "servers").string());
    script.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    for (const auto& [name, value] : environment) {
        script.env(name, value);
    }
    return sdk::runTool(script, run_, std::chrono::seconds(120));
}

void PostgresServer::readEnvironment() {
    std::istringstream words(script("env"));
    std::string word;
    while (words >> word) {
        const std::size_t at = word.find('=');
        if (at != std::string::npos) environment_[word.substr(0, at)] = word.substr(at + 1);
    }
}

sdk::Command PostgresServer::command(const std::string& name,
                                     const std::string& database,
                                     const std::vector<std::string>& arguments) const {
    sdk::Command command(environment_.at("PGBIN") + "/" + name);
    command.args(arguments).env("PGDATABASE", database);
    for (const auto& [variable, value] : environment_) {
        command.env(variable, value);
    }
    return command;
}

std::string PostgresServer::tool(const std::string& name,
                                 const std::string& database,
                                 const std::vector<std::string>& arguments,
                                 const std::string& input) {
    sdk::Command started = command(name, database, arguments);
    started.withInput();
    sdk::Subprocess process(started, run_);
    process.writeInput(std::as_bytes(std::span(input)));
    process.closeInput();
    std::string output = process.readAll(most_output);
    process.waitOk();
    return output;
}

std::string PostgresServer::sql(const std::string& database, const std::string& statements) {
    std::string output =
        tool("psql",
             database,
             {"--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"},
             statements);
    if (output.ends_with('\n')) output.pop_back();
    return output;
}

std::string PostgresServer::content(const std::string& database) {
    std::istringstream schema(tool("pg_dump", database, {"--schema-only"}));
    std::string all;
    for (std::string line; std::getline(schema, line);) {
        // The token of \restrict differs from dump to dump.
        if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) all += line + "\n";
    }
    return all + tool("psql",
                      database,
                      {"--no-psqlrc",
                       "--quiet",
                       "--tuples-only",
                       "--no-align",
                       "--set=ON_ERROR_STOP=1",
                       "--file=" DBACKUP_SOURCE_DIR "/tests/support/servers/content.sql"});
}

sdk::Settings PostgresServer::settings(const std::string& user,
                                       const std::string& password,
                                       const std::string& more) const {
    return sdk::Settings(R"({"host":"127.0.0.1","port":)" + port() + R"(,"user":")" + user +
                         R"(","password":")" + password + "\"" + (more.empty() ? "" : "," + more) + "}");
}

}  // namespace dbackup::test
