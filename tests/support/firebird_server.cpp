#include "tests/support/firebird_server.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <sstream>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

namespace dbackup::test {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_output = std::size_t{1} << 30;

std::string trimmed(const std::string& text) {
    const std::size_t start = text.find_first_not_of(" \n");
    return start == std::string::npos ? "" : text.substr(start, text.find_last_not_of(" \n") + 1 - start);
}

std::string doubled(const std::string& text, char quote) {
    std::string all;
    for (const char c : text) {
        all += c;
        if (c == quote) all += c;
    }
    return all;
}

}  // namespace

FirebirdServer::FirebirdServer(std::string configuration) : configuration_(std::move(configuration)) {
    // The server runs as a user of its own when the test runs as root.
    fs::permissions(folder_.path(), fs::perms(0711));
    start();
}

FirebirdServer::~FirebirdServer() {
    try {
        kill();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the test's Firebird server was not stopped: %s\n", error.what());
    }
}

void FirebirdServer::start() {
    script("start");
    std::istringstream words(script("env"));
    std::string word;
    while (words >> word) {
        const std::size_t at = word.find('=');
        if (at != std::string::npos) environment_[word.substr(0, at)] = word.substr(at + 1);
    }
}

void FirebirdServer::stop() {
    script("stop");
}

void FirebirdServer::kill() {
    script("kill");
}

std::string FirebirdServer::script(const std::string& command) {
    sdk::Command script(DBACKUP_SOURCE_DIR "/tests/support/servers/firebird.sh");
    script.arg(command).env("SERVERS_ROOT", (folder_ / "servers").string());
    script.env("FIREBIRD_EXTRA", configuration_);
    script.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    return sdk::runTool(script, run_, std::chrono::seconds(120));
}

std::string FirebirdServer::files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(environment_.at("FIREBIRD_DATA"))) {
        names.insert(entry.path().filename().string());
    }
    names.erase("security3.fdb");
    std::string all;
    for (const auto& name : names) {
        all += (all.empty() ? "" : " ") + name;
    }
    return all;
}

std::string FirebirdServer::isql(const std::vector<std::string>& arguments, const std::string& statements) {
    sdk::Command command("/usr/bin/isql-fb");
    command.args({"-q", "-bail", "-user", "SYSDBA", "-password", "secret"}).args(arguments);
    const std::string script = command.secretFile(sdk::SecretString(statements));
    if (!statements.empty()) command.args({"-input", script});
    sdk::Subprocess process(command, run_);
    std::string output = process.readAll(most_output);
    process.waitOk();
    return output;
}

void FirebirdServer::create(const std::string& path, const std::string& statements) {
    isql({"-charset", "UTF8"},
         "create database '127.0.0.1/" + port() + ":" + doubled(path, '\'') +
             "' page_size 8192 default character set utf8;\n" + statements);
}

std::string FirebirdServer::sql(const std::string& path, const std::string& statements) {
    return isql({"-charset", "UTF8", "127.0.0.1/" + port() + ":" + path}, statements);
}

std::string FirebirdServer::value(const std::string& path, const std::string& select) {
    return trimmed(sql(path, "set heading off;\n" + select + ";\n"));
}

std::string FirebirdServer::rows(const std::string& path) {
    std::string all;
    std::istringstream tables(sql(path,
                                  "set heading off;\nselect trim(rdb$relation_name) from rdb$relations where "
                                  "rdb$view_blr is null and rdb$system_flag = 0 order by 1;\n"));
    for (std::string name; std::getline(tables, name);) {
        name = trimmed(name);
        if (name.empty()) continue;
        const std::string table = "\"" + doubled(name, '"') + "\"";
        // Blobs are printed with their numbers first, which are of no meaning.
        std::istringstream lines(
            sql(path, "set list on;\nset blob all;\nselect * from " + table + " order by 1;\n"));
        all += "rows of " + table + ":\n";
        for (std::string line; std::getline(lines, line);) {
            const std::size_t blob = line.find_last_of(' ');
            const bool id = blob != std::string::npos && line.find(':', blob) != std::string::npos &&
                            line.find_first_not_of("0123456789abcdef:", blob + 1) == std::string::npos;
            all += (id ? line.substr(0, blob) : line) + "\n";
        }
    }
    return all;
}

std::string FirebirdServer::content(const std::string& path) {
    const std::string address = "127.0.0.1/" + port() + ":" + path;
    std::string metadata = isql({"-charset", "UTF8", "-x", address}, "");
    // The line that says how the database was created names its file.
    const std::size_t created = metadata.find("CREATE DATABASE");
    if (created != std::string::npos)
        metadata.erase(created, metadata.find_first_of("\r\n", created) - created);
    // What isql leaves out, or would not tell apart.
    const std::string rest =
        sql(path,
            "set list on;\nselect rdb$trigger_name, rdb$trigger_sequence, rdb$trigger_type, "
            "rdb$trigger_inactive, cast(rdb$trigger_source as varchar(4000)) from "
            "rdb$triggers where rdb$system_flag = 0 order by 1;\n"
            "select rdb$user, rdb$grantor, rdb$privilege, coalesce(rdb$grant_option, 0), "
            "rdb$relation_name, rdb$field_name from rdb$user_privileges order by 1, 2, 3, 4, "
            "5, 6;\n"
            "select rdb$relation_name, rdb$owner_name from rdb$relations order by 1;\n"
            "select rdb$index_name, coalesce(rdb$index_inactive, 0) from rdb$indices order by 1;\n");
    return metadata + "\n" + rest + "\n" + rows(path);
}

sdk::Settings FirebirdServer::settings(const std::string& user,
                                       const std::string& password,
                                       const std::string& more) const {
    return sdk::Settings(R"({"host":"127.0.0.1","port":)" + port() + R"(,"user":")" + user +
                         R"(","password":")" + password + "\"" + (more.empty() ? "" : "," + more) + "}");
}

}  // namespace dbackup::test
