#include "tests/support/mariadb_server.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

namespace dbackup::test {

namespace {

constexpr std::size_t most_output = std::size_t{1} << 30;

std::string quoted(const std::string& name) {
    std::string text = "`";
    for (const char c : name) {
        text += c;
        if (c == '`') text += c;
    }
    return text + "`";
}

}  // namespace

MariadbServer::MariadbServer(std::string options) : options_(std::move(options)) {
    // The server runs as a user of its own when the test runs as root.
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0711));
    start();
}

MariadbServer::~MariadbServer() {
    try {
        kill();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the test's MariaDB server was not stopped: %s\n", error.what());
    }
}

void MariadbServer::start() {
    script("start");
    std::istringstream words(script("env"));
    std::string word;
    while (words >> word) {
        const std::size_t at = word.find('=');
        if (at != std::string::npos) environment_[word.substr(0, at)] = word.substr(at + 1);
    }
}

void MariadbServer::stop() {
    script("stop");
}

void MariadbServer::kill() {
    script("kill");
}

std::string MariadbServer::script(const std::string& command) {
    sdk::Command script(DBACKUP_SOURCE_DIR "/tests/support/servers/mariadb.sh");
    script.arg(command).env("SERVERS_ROOT", (folder_ / "servers").string()).env("MARIADB_EXTRA", options_);
    script.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    return sdk::runTool(script, run_, std::chrono::seconds(120));
}

std::string MariadbServer::client(const std::vector<std::string>& arguments, const std::string& statements) {
    sdk::Command command("/usr/bin/mariadb");
    command.arg("--no-defaults").args({"--default-character-set=utf8mb4", "--batch", "--skip-column-names"});
    command.args({"--binary-as-hex", "--max-allowed-packet=1G"}).args(arguments).withInput();
    sdk::Subprocess process(command, run_);
    process.writeInput(std::as_bytes(std::span(statements)));
    process.closeInput();
    std::string output = process.readAll(most_output);
    process.waitOk();
    if (output.ends_with('\n')) output.pop_back();
    return output;
}

std::string MariadbServer::sql(const std::string& database, const std::string& statements) {
    return client({"--user=root", "--socket=" + socket(), "--database=" + database}, statements);
}

std::string MariadbServer::sqlAs(const std::string& user,
                                 const std::string& password,
                                 const std::string& statements) {
    return client({"--host=127.0.0.1", "--port=" + port(), "--user=" + user, "--password=" + password},
                  statements);
}

std::vector<std::string> MariadbServer::lines(const std::string& database, const std::string& statements) {
    std::vector<std::string> all;
    std::istringstream text(sql(database, statements));
    for (std::string line; std::getline(text, line);) {
        all.push_back(line);
    }
    return all;
}

std::string MariadbServer::definitions(const std::string& database) {
    std::string statements = "SHOW CREATE DATABASE " + quoted(database) + ";";
    const std::string here = " = DATABASE() ORDER BY 1;";
    for (const auto& line : lines(database,
                                  "SELECT 'PROCEDURE', ROUTINE_NAME FROM information_schema.ROUTINES WHERE "
                                  "ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_SCHEMA = DATABASE() ORDER BY 2;"
                                  "SELECT 'FUNCTION', ROUTINE_NAME FROM information_schema.ROUTINES WHERE "
                                  "ROUTINE_TYPE = 'FUNCTION' AND ROUTINE_SCHEMA = DATABASE() ORDER BY 2;"
                                  "SELECT 'EVENT', EVENT_NAME FROM information_schema.EVENTS WHERE "
                                  "EVENT_SCHEMA = DATABASE() ORDER BY 2;"
                                  "SELECT 'TABLE', TABLE_NAME FROM information_schema.TABLES WHERE "
                                  "TABLE_SCHEMA = DATABASE() ORDER BY 2;")) {
        const std::size_t tab = line.find('\t');
        statements += "SHOW CREATE " + line.substr(0, tab) + " " + quoted(line.substr(tab + 1)) + ";";
    }
    // Not SHOW CREATE TRIGGER, which has the time at which it was made.
    statements +=
        "SELECT TRIGGER_NAME, EVENT_MANIPULATION, EVENT_OBJECT_TABLE, ACTION_ORDER, ACTION_STATEMENT, "
        "ACTION_TIMING, "
        "SQL_MODE, DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION FROM "
        "information_schema.TRIGGERS WHERE TRIGGER_SCHEMA" +
        here;
    std::string all = sql(database, statements);
    // The first line names the database.
    return all.substr(std::min(all.find(" /*!40100 DEFAULT"), all.size()));
}

std::string MariadbServer::rows(const std::string& database) {
    std::string all;
    for (const auto& line :
         lines(database,
               "SELECT TABLE_TYPE, TABLE_NAME FROM information_schema.TABLES WHERE TABLE_TYPE IN "
               "('BASE TABLE', 'SYSTEM VERSIONED') AND TABLE_SCHEMA = DATABASE() ORDER BY 2")) {
        const std::size_t tab = line.find('\t');
        const std::string table = quoted(line.substr(tab + 1));
        const bool history = line.starts_with("SYSTEM");
        auto found = lines(database,
                           history ? "SELECT *, ROW_START, ROW_END FROM " + table + " FOR SYSTEM_TIME ALL"
                                   : "SELECT * FROM " + table);
        std::sort(found.begin(), found.end());
        all += "rows of " + table + ": " + std::to_string(found.size()) + "\n";
        for (const auto& row : found) {
            all += row + "\n";
        }
    }
    return all;
}

std::string MariadbServer::content(const std::string& database) {
    return definitions(database) + "\n" + rows(database);
}

sdk::Settings MariadbServer::settings(const std::string& user,
                                      const std::string& password,
                                      const std::string& more) const {
    return sdk::Settings(R"({"host":"127.0.0.1","port":)" + port() + R"(,"user":")" + user +
                         R"(","password":")" + password + "\"" + (more.empty() ? "" : "," + more) + "}");
}

}  // namespace dbackup::test
