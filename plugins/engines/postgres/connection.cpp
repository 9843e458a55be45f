#include "connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include <poll.h>

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// How late a stop request is seen at most while the server is silent.
constexpr std::chrono::milliseconds stop_tick{100};

/// The five characters of "FATAL:  28P01: password ..."; libpq is told to be verbose, since the words are in
/// the server's language.
std::string sqlStateOf(const std::string& words) {
    for (std::size_t at = words.find(":  "); at != std::string::npos; at = words.find(":  ", at + 1)) {
        std::string state = words.substr(at + 3, 5);
        const bool plain = state.size() == 5 && std::all_of(state.begin(), state.end(), [](char c) {
                               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
                           });
        if (plain && words.substr(at + 8, 1) == ":") return state;
    }
    return {};
}

struct Meaning {
    std::string_view state;  // a SQLSTATE or its first characters (PostgreSQL manual, appendix A)
    ErrorKind kind;
    std::string_view hint;
};

constexpr std::array<Meaning, 16> meanings = {{
    {"28000", ErrorKind::Permission, "Check the user and the server's pg_hba.conf"},
    {"28", ErrorKind::Authentication, "Check user, password and the server's pg_hba.conf"},
    {"3D000", ErrorKind::NotFound, "List the databases of the source"},
    {"42501", ErrorKind::Permission, "Grant the account what docs/engines/postgres.md names"},
    {"42P04", ErrorKind::AlreadyExists, ""},
    {"42704", ErrorKind::NotFound, ""},
    {"42P01", ErrorKind::NotFound, ""},
    {"3F000", ErrorKind::NotFound, ""},
    {"53100", ErrorKind::NoSpace, "Free some space on the database server"},
    {"53", ErrorKind::Unavailable, "The server is short of resources: try again"},
    {"57P", ErrorKind::Unavailable, "The server is starting or stopping: try again"},
    {"08", ErrorKind::Unavailable, "Check host, port and the network"},
    {"55006", ErrorKind::Unavailable, "Others use the database: end their connections"},
    {"22023", ErrorKind::Unsupported, ""},
    {"42809", ErrorKind::Unsupported, ""},
    {"0A000", ErrorKind::Unsupported, ""},
}};

/// libpq's words without the lines that only developers of PostgreSQL need.
std::string plainWords(const std::string& words) {
    std::string text;
    std::size_t start = 0;
    while (start < words.size()) {
        const std::size_t end = std::min(words.find('\n', start), words.size());
        const std::string line = words.substr(start, end - start);
        if (!line.starts_with("LOCATION:") && !line.empty()) text += (text.empty() ? "" : " ") + line;
        start = end + 1;
    }
    return text;
}

struct ClearResult {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

std::vector<Connection::Row> rowsOf(const PGresult* result) {
    std::vector<Connection::Row> rows;
    for (int row = 0; row < PQntuples(result); ++row) {
        Connection::Row& values = rows.emplace_back();
        for (int column = 0; column < PQnfields(result); ++column) {
            values.emplace_back(PQgetvalue(result, row, column),
                                static_cast<std::size_t>(PQgetlength(result, row, column)));
        }
    }
    return rows;
}

}  // namespace

Connection::Connection(const ServerSettings& server, const std::string& database, sdk::RunContext& run)
    : server_(server), database_(database), run_(run) {
    const std::array<const char*, 11> keywords = {"host",
                                                  "port",
                                                  "user",
                                                  "password",
                                                  "dbname",
                                                  "sslmode",
                                                  "sslrootcert",
                                                  "sslcert",
                                                  "sslkey",
                                                  "application_name",
                                                  nullptr};
    const std::array<const char*, 11> values = {server.host.c_str(),
                                                server.port.c_str(),
                                                server.user.c_str(),
                                                server.password.reveal().c_str(),
                                                database.c_str(),
                                                server.sslmode.c_str(),
                                                server.ssl_root_cert.c_str(),
                                                server.ssl_cert.c_str(),
                                                server.ssl_key.c_str(),
                                                "dbackup",
                                                nullptr};
    // expand_dbname off: a database may be named like a connection string.
    connection_.reset(PQconnectStartParams(keywords.data(), values.data(), 0));
    if (!connection_) {
        throw Error(ErrorKind::Internal, "libpq has no memory for a connection");
    }
    PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
    connect();
    query("SET client_encoding = 'UTF8'");
    query("SET statement_timeout = 0");
    query("SET search_path = pg_catalog");
}

void Connection::connect() {
    const auto deadline = SteadyClock::now() + server_.connect_timeout;
    auto state = PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK) {
        if (state == PGRES_POLLING_FAILED || PQstatus(connection_.get()) == CONNECTION_BAD) {
            if (PQconnectionNeedsPassword(connection_.get()) == 1) {
                throw Error(ErrorKind::Authentication,
                            "Connection failed: PostgreSQL server " + server_.place() +
                                " asks for a password and none is set",
                            "Set the password of the source");
            }
            throw failure("Connection failed", PQerrorMessage(connection_.get()));
        }
        wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline, "Connection failed");
        state = PQconnectPoll(connection_.get());
    }
}

void Connection::wait(short events, SteadyClock::time_point deadline, const char* what) {
    for (;;) {
        run_.throwIfStopped();
        pollfd entry{PQsocket(connection_.get()), events, 0};
        const int ready = poll(&entry, 1, static_cast<int>(stop_tick.count()));
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR) throw sdk::systemError("cannot wait for " + server_.place(), errno);
        if (SteadyClock::now() >= deadline) {
            throw Error(ErrorKind::Unavailable,
                        std::string(what) + ": PostgreSQL server " + server_.place() +
                            " did not answer within " + std::to_string(server_.connect_timeout.count()) +
                            " s",
                        "Check host, port and firewall")
                .canRetry();
        }
    }
}

std::vector<Connection::Row> Connection::query(const std::string& sql,
                                               const std::vector<std::string>& parameters) {
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const auto& parameter : parameters) {
        values.push_back(parameter.c_str());
    }
    PGconn* connection = connection_.get();
    const int count = static_cast<int>(values.size());
    if (PQsendQueryParams(connection, sql.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0) != 1) {
        throw failure("Query failed", PQerrorMessage(connection));
    }
    while (PQisBusy(connection) == 1) {
        wait(POLLIN, SteadyClock::time_point::max(), "Query failed");
        if (PQconsumeInput(connection) != 1) throw failure("Query failed", PQerrorMessage(connection));
    }
    std::vector<Row> rows;
    std::string error;
    while (const Result result{PQgetResult(connection)}) {
        const ExecStatusType status = PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
            error = PQresultErrorMessage(result.get());
        rows = rowsOf(result.get());
    }
    if (!error.empty()) throw failure("Query failed", error);
    return rows;
}

std::string Connection::value(const std::string& sql, const std::vector<std::string>& parameters) {
    const auto rows = query(sql, parameters);
    return rows.empty() || rows.front().empty() ? std::string() : rows.front().front();
}

std::string Connection::serverVersionText() const {
    const std::string text = PQparameterStatus(connection_.get(), "server_version");
    return text.substr(0, text.find(' '));
}

Error Connection::failure(const std::string& what, const std::string& words) const {
    const std::string state = sqlStateOf(words);
    const auto meaning = std::find_if(
        meanings.begin(), meanings.end(), [&](const Meaning& each) { return state.starts_with(each.state); });
    const bool known = meaning != meanings.end();
    const bool lost = state.empty();
    const ErrorKind kind = known ? meaning->kind : lost ? ErrorKind::Unavailable : ErrorKind::ToolFailed;
    const std::string hint = known  ? std::string(meaning->hint)
                             : lost ? "Check host, port, TLS settings and the network"
                                    : "";
    Error error(kind,
                what + " on PostgreSQL server " + server_.place() + ", database '" + database_ +
                    "': " + plainWords(words),
                hint);
    return error.canRetry(kind == ErrorKind::Unavailable);
}

Connection connectToServer(const ServerSettings& server, sdk::RunContext& run, const std::string& not_this) {
    std::vector<std::string> candidates = {"postgres", "template1"};
    candidates.insert(candidates.end(), server.databases.begin(), server.databases.end());
    std::erase(candidates, not_this);
    std::optional<Error> first;
    for (const auto& database : candidates) {
        try {
            return {server, database, run};
        } catch (const Error& error) {
            // An account may be shut out of one of them; a wrong password is wrong for all.
            const bool next = error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::Permission;
            if (!next) throw;
            if (!first) first = error;
        }
    }
    throw Error(*first);
}

}  // namespace dbackup::postgres
