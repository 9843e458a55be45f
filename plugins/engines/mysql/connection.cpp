#include "connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>

#include <errmsg.h>
#include <poll.h>

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// How late a stop request is seen at most while the server is silent.
constexpr std::chrono::milliseconds stop_tick{100};

struct Meaning {
    unsigned number;  // mysqld_error.h, errmsg.h
    ErrorKind kind;
    std::string_view hint;
};

constexpr std::string_view check_account =
    "Check user, password and from which hosts the account may connect";
constexpr std::string_view grant_more = "Grant the account what docs/engines/mysql.md names";
constexpr std::string_view check_network = "Check host, port, TLS settings and the network";
constexpr std::string_view try_again = "The server is short of resources or stopping: try again";

constexpr std::array<Meaning, 38> meanings = {{
    {1045, ErrorKind::Authentication, check_account},
    {1251, ErrorKind::Authentication, "The client library lacks the account's way of authentication"},
    {1524, ErrorKind::Authentication, check_account},
    {1698, ErrorKind::Authentication, check_account},
    {1820, ErrorKind::Authentication, "The account's password has expired: change it"},
    {1862, ErrorKind::Authentication, "The account's password has expired: change it"},
    {2058, ErrorKind::Authentication, "The client library lacks the account's way of authentication"},
    {2059, ErrorKind::Authentication, "The client library lacks the account's way of authentication"},
    {2061, ErrorKind::Authentication, "The account's way of authentication asks for TLS: set tlsMode"},
    {3118, ErrorKind::Authentication, "The account is locked"},
    {3159, ErrorKind::Authentication, "The server asks for TLS: set tlsMode"},
    {4151, ErrorKind::Authentication, "The account is locked"},
    {1044, ErrorKind::Permission, grant_more},
    {1130, ErrorKind::Permission, "The server lets no account in from this host"},
    {1142, ErrorKind::Permission, grant_more},
    {1143, ErrorKind::Permission, grant_more},
    {1227, ErrorKind::Permission, grant_more},
    {1290, ErrorKind::Permission, ""},
    {1370, ErrorKind::Permission, grant_more},
    {1410, ErrorKind::Permission, grant_more},
    {1007, ErrorKind::AlreadyExists, ""},
    {1049, ErrorKind::NotFound, "List the databases of the source"},
    {1146, ErrorKind::NotFound, ""},
    {1021, ErrorKind::NoSpace, "Free some space on the database server"},
    {1114, ErrorKind::NoSpace, "Free some space on the database server"},
    {1040, ErrorKind::Unavailable, try_again},
    {1053, ErrorKind::Unavailable, try_again},
    {1077, ErrorKind::Unavailable, try_again},
    {1129, ErrorKind::Unavailable, "The server blocks this host after many errors: FLUSH HOSTS"},
    {1203, ErrorKind::Unavailable, try_again},
    {1226, ErrorKind::Unavailable, try_again},
    {1927, ErrorKind::Unavailable, try_again},
    {1115, ErrorKind::Unsupported, ""},
    {1273, ErrorKind::Unsupported, ""},
    {1064, ErrorKind::Unsupported, ""},
    {1102, ErrorKind::Settings, "Give the database another name"},
    {1059, ErrorKind::Settings, "Use 1 to 64 characters"},
    {1205, ErrorKind::Unavailable, "Somebody else holds a lock: try again"},
}};

/// The library's own set-up is not meant for several threads at once.
void prepareLibrary() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (mysql_library_init(0, nullptr, nullptr) != 0) {
            throw Error(ErrorKind::Internal, "libmariadb cannot be initialised");
        }
    });
}

struct FreeResult {
    void operator()(MYSQL_RES* result) const noexcept { mysql_free_result(result); }
};
using Result = std::unique_ptr<MYSQL_RES, FreeResult>;

std::vector<Connection::Row> rowsOf(MYSQL_RES* result) {
    std::vector<Connection::Row> rows;
    const unsigned count = mysql_num_fields(result);
    while (MYSQL_ROW row = mysql_fetch_row(result)) {
        const unsigned long* lengths = mysql_fetch_lengths(result);
        Connection::Row& values = rows.emplace_back();
        for (unsigned i = 0; i < count; ++i) {
            // NOLINTNEXTLINE(cppcoreguidelines-pro-bounds-pointer-arithmetic): the library's arrays
            values.emplace_back(row[i] == nullptr ? std::string() : std::string(row[i], lengths[i]));
        }
    }
    return rows;
}

const char* orNull(const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
}

}  // namespace

Connection::Connection(const ServerSettings& server, sdk::RunContext& run) : server_(server), run_(run) {
    prepareLibrary();
    connection_.reset(mysql_init(nullptr));
    if (!connection_) throw Error(ErrorKind::Internal, "libmariadb has no memory for a connection");
    prepare();
    connect();
    if (server_.tls >= TlsMode::Required) requireTls();
    version_ = ServerVersion::ofServer(value("SELECT VERSION()"));
    // Quoted as quoteText() does; not waiting for a day; and no time limit of an administrator's.
    query("SET SESSION sql_mode = ''");
    query("SET SESSION lock_wait_timeout = 60");
    query(version_.mariadb ? "SET SESSION max_statement_time = 0" : "SET SESSION max_execution_time = 0");
}

void Connection::prepare() {
    MYSQL* connection = connection_.get();
    const unsigned protocol = server_.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    const unsigned no_files = 0;  // no server may ask for a file of ours
    mysql_options(connection, MYSQL_OPT_NONBLOCK, nullptr);
    mysql_options(connection, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options(connection, MYSQL_OPT_LOCAL_INFILE, &no_files);
    mysql_options(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_optionsv(connection, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "dbackup");
    const my_bool enforce = server_.tls == TlsMode::Disabled ? 0 : 1;
    const my_bool verify = server_.tls == TlsMode::VerifyIdentity ? 1 : 0;
    mysql_options(connection, MYSQL_OPT_SSL_ENFORCE, &enforce);
    mysql_options(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    if (enforce != 0) {
        mysql_ssl_set(connection,
                      orNull(server_.tls_key),
                      orNull(server_.tls_cert),
                      orNull(server_.tls_ca),
                      nullptr,
                      nullptr);
    }
}

void Connection::connect() {
    const auto deadline = SteadyClock::now() + server_.connect_timeout;
    MYSQL* connected = nullptr;
    int events = mysql_real_connect_start(&connected,
                                          connection_.get(),
                                          orNull(server_.host),
                                          server_.user.c_str(),
                                          server_.password.reveal().c_str(),
                                          nullptr,
                                          server_.port,
                                          orNull(server_.socket),
                                          0);
    while (events != 0) {
        events = mysql_real_connect_cont(&connected, connection_.get(), wait(events, deadline));
    }
    if (connected == nullptr) throw failure("Connection failed");
}

void Connection::requireTls() {
    if (mysql_get_ssl_cipher(connection_.get()) != nullptr) return;
    throw Error(ErrorKind::Unavailable,
                "Connection failed: database server " + server_.place() + " does not offer TLS",
                "Set up TLS on the server, or tlsMode preferred or disabled");
}

int Connection::wait(int events, std::optional<SteadyClock::time_point> deadline) {
    short wanted = 0;
    if ((events & MYSQL_WAIT_READ) != 0) wanted |= POLLIN;
    if ((events & MYSQL_WAIT_WRITE) != 0) wanted |= POLLOUT;
    if ((events & MYSQL_WAIT_EXCEPT) != 0) wanted |= POLLPRI;
    for (;;) {
        run_.throwIfStopped();
        pollfd entry{mysql_get_socket(connection_.get()), wanted, 0};
        const int ready = poll(&entry, 1, static_cast<int>(stop_tick.count()));
        if (ready < 0 && errno != EINTR) throw sdk::systemError("cannot wait for " + server_.place(), errno);
        if (ready > 0) {
            int came = 0;
            if ((entry.revents & (POLLIN | POLLHUP | POLLERR)) != 0) came |= MYSQL_WAIT_READ;
            if ((entry.revents & (POLLOUT | POLLHUP | POLLERR)) != 0) came |= MYSQL_WAIT_WRITE;
            if ((entry.revents & POLLPRI) != 0) came |= MYSQL_WAIT_EXCEPT;
            return came & events;
        }
        if (deadline && SteadyClock::now() >= *deadline) {
            Error late(ErrorKind::Unavailable,
                       "Connection failed: database server " + server_.place() + " did not answer within " +
                           std::to_string(server_.connect_timeout.count()) + " s",
                       "Check host, port and firewall");
            throw Error(late.canRetry());
        }
    }
}

std::vector<Connection::Row> Connection::query(const std::string& sql) {
    int failed = 0;
    int events = mysql_real_query_start(&failed, connection_.get(), sql.data(), sql.size());
    while (events != 0) {
        events = mysql_real_query_cont(&failed, connection_.get(), wait(events, std::nullopt));
    }
    if (failed != 0) throw failure("Query failed");
    MYSQL_RES* stored = nullptr;
    events = mysql_store_result_start(&stored, connection_.get());
    while (events != 0) {
        events = mysql_store_result_cont(&stored, connection_.get(), wait(events, std::nullopt));
    }
    const Result result(stored);
    if (!result) {
        if (mysql_errno(connection_.get()) != 0) throw failure("Query failed");
        return {};  // a statement without rows
    }
    return rowsOf(result.get());
}

std::string Connection::value(const std::string& sql) {
    const auto rows = query(sql);
    return rows.empty() || rows.front().empty() ? std::string() : rows.front().front();
}

std::vector<std::string> Connection::column(const std::string& sql) {
    std::vector<std::string> values;
    for (auto& row : query(sql)) {
        values.push_back(std::move(row.at(0)));
    }
    return values;
}

std::string Connection::name() const {
    return (version_.known() ? version_.flavour() : "database") + " server " + server_.place();
}

ServerError Connection::failure(const std::string& what) const {
    const unsigned number = mysql_errno(connection_.get());
    const auto meaning = std::find_if(
        meanings.begin(), meanings.end(), [&](const Meaning& each) { return each.number == number; });
    // The library's own errors are about the network, or TLS.
    const bool network = number >= CR_MIN_ERROR && number <= CR_MAX_ERROR;
    const bool known = meaning != meanings.end();
    const ErrorKind kind = known ? meaning->kind : network ? ErrorKind::Unavailable : ErrorKind::ToolFailed;
    const std::string_view hint = known ? meaning->hint : network ? check_network : std::string_view();
    Error error(
        kind,
        what + " on " + name() + ": " + mysql_error(connection_.get()) + " (" + std::to_string(number) + ")",
        std::string(hint));
    return {error.canRetry(kind == ErrorKind::Unavailable), number};
}

}  // namespace dbackup::mysql
