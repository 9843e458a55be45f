#include "restore.h"

#include <algorithm>
#include <random>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

#include "client_tools.h"
#include "connection.h"
#include "database_properties.h"
#include "quoting.h"

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr std::size_t longest_name = 63;  // NAMEDATALEN - 1

/// Objects that a user made have numbers from 16384 on (FirstNormalObjectId).
constexpr const char* has_objects =
    "SELECT EXISTS (SELECT 1 FROM pg_class WHERE oid >= 16384) OR EXISTS (SELECT 1 FROM pg_proc WHERE oid >= "
    "16384) OR "
    "EXISTS (SELECT 1 FROM pg_type WHERE oid >= 16384) OR EXISTS (SELECT 1 FROM pg_namespace WHERE oid >= "
    "16384) OR "
    "EXISTS (SELECT 1 FROM pg_extension WHERE oid >= 16384) OR EXISTS (SELECT 1 FROM "
    "pg_largeobject_metadata)";

bool exists(Connection& connection, const std::string& database) {
    return connection.value("SELECT count(*) FROM pg_database WHERE datname = $1", {database}) != "0";
}

bool hasData(const ServerSettings& server, const std::string& database, sdk::RunContext& run) {
    Connection connection(server, database, run);
    return connection.value(has_objects) == "t";
}

void requireRoles(Connection& connection, const DatabaseProperties& properties, const std::string& database) {
    std::string missing;
    for (const auto& role : properties.roles) {
        if (connection.value("SELECT count(*) FROM pg_roles WHERE rolname = $1", {role}) == "0") {
            missing += (missing.empty() ? "" : ", ") + role;
        }
    }
    if (!missing.empty()) {
        throw Error(
            ErrorKind::NotFound,
            "database '" + database + "' belongs to roles that the target server does not have: " + missing,
            "Restore with \"globals\": true to make them, or with \"noOwner\": true to do without owners and "
            "privileges");
    }
}

std::string temporaryName(const std::string& database) {
    std::random_device random;
    const std::string suffix = "_dbackup_" + std::to_string(random());
    std::size_t keep = std::min(database.size(), longest_name - suffix.size());
    while (keep > 0 && keep < database.size() &&
           (static_cast<unsigned char>(database[keep]) & 0xc0U) == 0x80U) {
        --keep;
    }
    return database.substr(0, keep) + suffix;
}

/// Feeds a tool its input and waits for its success. The source is read to its end in any case, since only
/// its end says that it was whole.
void feed(const sdk::Command& command, sdk::ByteSource& source, sdk::RunContext& run) {
    sdk::Subprocess tool(command, run);
    std::vector<std::byte> buffer(buffer_bytes);
    bool reads = true;
    while (const std::size_t got = source.read(buffer)) {
        reads = reads && tool.writeInput(std::span(buffer).first(got));
        if (!reads && tool.errorText().find("error") != std::string::npos) break;  // it has given up
    }
    tool.closeInput();
    tool.waitOk();
}

sdk::Command restoreCommand(const ServerSettings& server,
                            const sdk::RestoreRequest& request,
                            const DatabaseProperties& properties,
                            const std::string& database,
                            sdk::RunContext& run) {
    const bool sql = request.object.format == "sql";
    const int major = std::max(properties.tool_major, properties.server_major);
    sdk::Command command(clientTool(sql ? "psql" : "pg_restore", major, run).path);
    command.arg("--no-password").arg(databaseArgument(database)).withInput();
    if (sql) {
        command.args({"--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"});
    } else {
        command.args({"--exit-on-error", "--format=custom"});
        if (request.no_owner) command.args({"--no-owner", "--no-acl"});
    }
    server.applyTo(command);
    return command;
}

/// A database made for a restore: dropped again unless it is kept.
class MadeDatabase {
public:
    MadeDatabase(Connection& connection,
                 std::string name,
                 const DatabaseProperties& properties,
                 sdk::RunContext& run)
        : connection_(connection), name_(std::move(name)), run_(run) {
        connection_.query(createStatement(properties, name_, connection_.serverMajor()));
    }
    MadeDatabase(const MadeDatabase&) = delete;
    MadeDatabase& operator=(const MadeDatabase&) = delete;
    ~MadeDatabase() {
        if (!kept_) drop();
    }

    const std::string& name() const noexcept { return name_; }
    void keep() noexcept { kept_ = true; }

private:
    void drop() noexcept;

    Connection& connection_;
    std::string name_;
    sdk::RunContext& run_;
    bool kept_ = false;
};

/// A cancelled run must still clean up: the same run, but never stopped.
class Unstoppable final : public sdk::RunContext {
public:
    explicit Unstoppable(sdk::RunContext& run) : run_(run) {}
    std::stop_token stop() const noexcept override { return {}; }
    void log(sdk::LogLevel level, std::string_view message, std::string_view details) override {
        run_.log(level, message, details);
    }
    void estimate(std::uint64_t bytes) override { run_.estimate(bytes); }
    void leftover(std::string_view token) override { run_.leftover(token); }
    void leftoverGone(std::string_view token) override { run_.leftoverGone(token); }
    const std::filesystem::path& scratch() const noexcept override { return run_.scratch(); }
    const std::string& toolPath() const noexcept override { return run_.toolPath(); }
    void mask(const sdk::SecretString& secret) override { run_.mask(secret); }

private:
    sdk::RunContext& run_;
};

std::string dropStatement(const std::string& name, int server_major) {
    return "DROP DATABASE IF EXISTS " + quoteName(name) + (server_major >= 13 ? " WITH (FORCE)" : "");
}

void MadeDatabase::drop() noexcept {
    try {
        connection_.query(dropStatement(name_, connection_.serverMajor()));
    } catch (const std::exception& error) {
        run_.log(sdk::LogLevel::Error,
                 "cannot remove the unfinished database '" + name_ + "': " + error.what());
    }
}

void swapIn(Connection& connection, const std::string& temporary, const std::string& name) {
    connection.query(dropStatement(name, connection.serverMajor()));
    connection.query("ALTER DATABASE " + quoteName(temporary) + " RENAME TO " + quoteName(name));
}

void restoreIntoNew(const ServerSettings& server,
                    const sdk::RestoreRequest& request,
                    sdk::ByteSource& source,
                    const DatabaseProperties& properties,
                    sdk::RunContext& run) {
    Unstoppable cleaning(run);
    Connection connection = connectToServer(server, cleaning);
    const bool replace = exists(connection, request.database);
    MadeDatabase made(
        connection, replace ? temporaryName(request.database) : request.database, properties, run);
    feed(restoreCommand(server, request, properties, made.name(), run), source, run);
    run.throwIfStopped();
    for (const auto& statement : alterStatements(properties, made.name(), request.no_owner)) {
        connection.query(statement);
    }
    if (replace) swapIn(connection, made.name(), request.database);
    made.keep();
}

/// Each "CREATE ROLE x;" line becomes one that leaves an existing role in place; the ALTER ROLE behind it
/// sets the attributes.
class RoleScript final : public sdk::ByteSource {
public:
    explicit RoleScript(sdk::ByteSource& source) : source_(source), buffer_(buffer_bytes) {}

    std::size_t read(std::span<std::byte> into) override {
        while (ready_.empty() && !ended_) {
            const std::size_t got = source_.read(buffer_);
            ended_ = got == 0;
            line_.append(static_cast<const char*>(static_cast<const void*>(buffer_.data())), got);
            takeLines();
        }
        const std::size_t count = std::min(into.size(), ready_.size());
        std::copy_n(std::as_bytes(std::span(ready_)).begin(), count, into.begin());
        ready_.erase(0, count);
        return count;
    }

private:
    void takeLines() {
        std::size_t start = 0;
        for (std::size_t end = line_.find('\n'); end != std::string::npos; end = line_.find('\n', start)) {
            addLine(line_.substr(start, end - start));
            start = end + 1;
        }
        line_.erase(0, start);
        if (ended_ && !line_.empty()) addLine(line_);
    }
    void addLine(const std::string& line) {
        if (line.starts_with("CREATE ROLE ") && line.ends_with(";")) {
            ready_ +=
                "DO $dbackup$ BEGIN " + line + " EXCEPTION WHEN duplicate_object THEN NULL; END $dbackup$;\n";
        } else {
            ready_ += line + "\n";
        }
    }

    sdk::ByteSource& source_;
    std::vector<std::byte> buffer_;
    std::string line_;
    std::string ready_;
    bool ended_ = false;
};

}  // namespace

void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run) {
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    const std::string& format = request.object.format;
    if (format != "dump" && format != "sql") {
        throw Error(ErrorKind::Unsupported, "PostgreSQL cannot restore format '" + format + "'");
    }
    Connection connection = connectToServer(server, run);
    if (properties.server_major > connection.serverMajor()) {
        throw Error(ErrorKind::Unsupported,
                    "the backup is of PostgreSQL " + properties.server_version + ", the target runs " +
                        connection.serverVersionText(),
                    "Restore into a server of the same or a newer major version");
    }
    if (request.object.contents == "globals") {
        return;
    }
    if (request.database.empty() || request.database.size() > longest_name) {
        throw Error(
            ErrorKind::Settings, "'" + request.database + "' is no name for a database", "Use 1 to 63 bytes");
    }
    if (!request.overwrite && exists(connection, request.database) &&
        hasData(server, request.database, run)) {
        throw Error(ErrorKind::AlreadyExists,
                    "database '" + request.database + "' on " + server.place() + " has data",
                    "Set \"overwrite\": true to replace it, or give another name");
    }
}

void restoreDatabase(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run) {
    checkRestore(server, request, run);
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    bool fill = false;
    {
        Connection connection = connectToServer(server, run);
        if (!request.no_owner) requireRoles(connection, properties, request.object.database);
        fill = exists(connection, request.database) && !hasData(server, request.database, run);
    }
    if (!fill) {
        restoreIntoNew(server, request, source, properties, run);
        return;
    }
    sdk::Command command = restoreCommand(server, request, properties, request.database, run);
    command.arg("--single-transaction");
    feed(command, source, run);
}

void restoreGlobals(const ServerSettings& server,
                    const sdk::RestoreRequest& request,
                    sdk::ByteSource& source,
                    sdk::RunContext& run) {
    checkRestore(server, request, run);
    std::string database;
    {
        Connection connection = connectToServer(server, run);
        database = connection.value("SELECT current_database()");
    }
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    RoleScript script(source);
    feed(restoreCommand(server, request, properties, database, run), script, run);
}

}  // namespace dbackup::postgres
