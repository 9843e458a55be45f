#include "globals.h"

#include <array>
#include <set>
#include <vector>

#include <dbackup/sdk/error.h>

#include "connection.h"
#include "database_properties.h"
#include "end_line_check.h"
#include "quoting.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} << 10;
/// Far more than any statement about an account has.
constexpr std::size_t longest_line = std::size_t{1} << 20;
constexpr unsigned no_such_table = 1146;
constexpr unsigned no_such_routine = 1305;
constexpr unsigned no_such_column = 1054;
constexpr unsigned no_such_account = 1133;

/// The server's own, which every server of the flavour has.
constexpr const char* accounts_query =
    "SELECT User, Host FROM mysql.user WHERE User NOT IN ('mariadb.sys', 'mysql.sys', 'mysql.session', "
    "'mysql.infoschema') ";

class Script {
public:
    Script(sdk::ByteSink& sink, sdk::RunContext& run) : sink_(sink), run_(run) {}

    void comment(const std::string& text) { put("-- " + text + "\n"); }
    /// One line each, so that a reader needs to know no SQL. A name with a line break, which nobody has, is
    /// told.
    void statement(const std::string& sql) {
        if (sql.find_first_of("\r\n") != std::string::npos) {
            run_.log(LogLevel::Warning, "A statement with a line break is left out of the globals", sql);
            return;
        }
        put(sql + ";\n");
    }
    void finish() { check_.requireComplete(); }

private:
    void put(const std::string& text) {
        check_.update(std::as_bytes(std::span(text)));
        sink_.write(text);
    }

    sdk::ByteSink& sink_;
    sdk::RunContext& run_;
    EndLineCheck check_;
};

/// "CREATE USER `a`@`b` ..." -> "CREATE USER IF NOT EXISTS `a`@`b` ...".
std::string ifMissing(const std::string& statement) {
    constexpr std::string_view create = "CREATE USER ";
    if (!statement.starts_with(create)) return statement;
    return std::string(create) + "IF NOT EXISTS " + statement.substr(create.size());
}

std::vector<std::string> rolesOf(Connection& connection) {
    // Roles of MySQL are accounts like others.
    if (!connection.version().mariadb) return {};
    return connection.column(
        "SELECT User FROM mysql.user WHERE is_role = 'Y' AND User <> 'PUBLIC' ORDER BY 1");
}

void writeAccounts(Connection& connection, Script& script, sdk::RunContext& run) {
    const bool mariadb = connection.version().mariadb;
    const auto roles = rolesOf(connection);
    for (const auto& role : roles) {
        script.statement("CREATE ROLE IF NOT EXISTS " + quoteName(role));
    }
    const auto accounts = connection.query(accounts_query + std::string(mariadb ? "AND is_role = 'N' " : "") +
                                           "ORDER BY User, Host");
    if (!mariadb && connection.version().atLeast(8, 0, 17)) {
        connection.query("SET SESSION print_identified_with_as_hex = 1");
    }
    std::vector<std::string> grantees;
    std::string idle;
    for (const auto& account : accounts) {
        const std::string name = quoteAccount(account.at(0), account.at(1));
        try {
            script.statement(ifMissing(connection.value("SHOW CREATE USER " + name)));
            grantees.push_back(name);
        } catch (const ServerError& error) {
            // A server that looks up no names does not know those whose host is one, though they are in its
            // table.
            if (error.number() != no_such_account) throw;
            idle += (idle.empty() ? "" : ", ") + name;
        }
    }
    if (!idle.empty()) {
        run.log(LogLevel::Warning,
                "Accounts that the server does not use are left out of the globals: " + idle);
    }
    for (const auto& role : roles) {
        grantees.push_back(quoteName(role));
    }
    // From MariaDB 10.11 on, and there from the first grant on.
    if (mariadb &&
        connection.value("SELECT COUNT(*) FROM mysql.user WHERE User = 'PUBLIC' AND is_role = 'Y'") != "0") {
        grantees.emplace_back("PUBLIC");
    }
    // A role's grants may name other roles, so nobody is granted anything before all are made.
    for (const auto& grantee : grantees) {
        for (const auto& grant : connection.column("SHOW GRANTS FOR " + grantee)) {
            script.statement(bareGrant(grant));
        }
    }
}

bool isMissingObject(const ServerError& error) {
    return error.number() == no_such_table || error.number() == no_such_routine ||
           error.number() == no_such_column;
}

/// Runs the lines of a script as they come.
class Runner {
public:
    Runner(Connection& connection, sdk::RunContext& run) : connection_(connection), run_(run) {}

    void take(std::string_view bytes) {
        for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
            line_ += bytes.substr(0, end);
            bytes.remove_prefix(end + 1);
            execute();
            line_.clear();
        }
        line_ += bytes;
        if (line_.size() > longest_line) {
            throw Error(ErrorKind::Integrity,
                        "the globals of the backup have a line that is no statement of ours");
        }
    }

    void report() const {
        if (!proxies_.empty()) {
            run_.log(LogLevel::Warning,
                     "Privileges to be another account's proxy were not granted, as the account that "
                     "restores may not "
                     "grant them",
                     proxies_);
        }
        if (later_.empty()) return;
        run_.log(LogLevel::Warning,
                 std::to_string(count_) +
                     " privileges on single tables, columns or routines were not granted, as these are not "
                     "there yet. "
                     "Restore the globals once more when the databases are restored",
                 later_);
    }

private:
    void execute() {
        if (line_.empty() || line_.starts_with("--")) return;
        try {
            connection_.query(line_.ends_with(';') ? line_.substr(0, line_.size() - 1) : line_);
            ++done_;
        } catch (const ServerError& error) {
            if (isMissingObject(error) && line_.starts_with("GRANT ")) {
                later_ += line_ + "\n";
                ++count_;
                return;
            }
            if (line_.starts_with("GRANT PROXY ")) {
                // Part of ALL PRIVILEGES nowhere, and every server's root has one.
                proxies_ += line_ + "\n";
                return;
            }
            fail(error);
        }
    }

    [[noreturn]] void fail(const ServerError& error) const {
        // Statements that make accounts have the hashes of passwords in them, so these are not shown.
        const bool grants = line_.starts_with("GRANT ");
        const bool refused = grants && error.kind() == ErrorKind::Authentication;
        throw Error(
            refused ? ErrorKind::Permission : error.kind(),
            "the globals were restored in part, after " + std::to_string(done_) + " statements one failed" +
                (grants ? " (" + line_ + ")" : "") + ": " + error.what(),
            refused ? "The account must be an administrator of the roles that it grants, and have what it "
                      "grants WITH GRANT OPTION. What was done stays"
                    : "What was done stays; restore them once more when the cause is gone");
    }

    Connection& connection_;
    sdk::RunContext& run_;
    std::string line_;
    std::string later_;
    std::string proxies_;
    std::size_t count_ = 0;
    std::size_t done_ = 0;
};

/// Where what is outside quotes begins again.
std::size_t pastQuoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (++at; at < text.size() && text[at] != quote; ++at) {
        if (text[at] == '\\' && quote == '\'') ++at;
    }
    return std::min(at + 1, text.size());
}

/// Finds a word outside quotes.
std::size_t findPlain(std::string_view text, std::string_view word, std::size_t from) {
    for (std::size_t at = from; at < text.size();) {
        if (text.substr(at).starts_with(word)) return at;
        const bool quote = text[at] == '\'' || text[at] == '`' || text[at] == '"';
        at = quote ? pastQuoted(text, at) : at + 1;
    }
    return std::string_view::npos;
}

}  // namespace

std::string bareGrant(std::string_view line) {
    const std::size_t to = findPlain(line, " ON *.* TO ", 0);
    if (to == std::string_view::npos) return std::string(line);
    for (const std::string_view word : {" IDENTIFIED ", " REQUIRE ", " WITH "}) {
        const std::size_t at = findPlain(line, word, to);
        if (at == std::string_view::npos) continue;
        const bool grants = findPlain(line, "GRANT OPTION", at) != std::string_view::npos;
        return std::string(line.substr(0, at)) + (grants ? " WITH GRANT OPTION" : "");
    }
    return std::string(line);
}

void dumpGlobals(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run) {
    Connection connection(server, run);
    DatabaseProperties properties;
    properties.server = connection.version();
    connection.query(std::string(accounts_query) + "LIMIT 0");  // may it read them?
    const auto sink = output.object({"globals", "sql", "globals", properties.toJson()});
    Script script(*sink, run);
    script.comment("Accounts, roles and privileges of " + connection.version().flavour() + " " +
                   connection.version().text());
    writeAccounts(connection, script, run);
    script.comment("Dump completed");
    script.finish();
    sink->finish();
}

void restoreGlobals(const ServerSettings& server,
                    const sdk::RestoreRequest& /*request*/,
                    sdk::ByteSource& source,
                    sdk::RunContext& run) {
    Connection connection(server, run);
    Runner runner(connection, run);
    std::vector<std::byte> buffer(buffer_bytes);
    while (const std::size_t got = source.read(buffer)) {
        runner.take({static_cast<const char*>(static_cast<const void*>(buffer.data())), got});
    }
    runner.report();
}

}  // namespace dbackup::mysql
