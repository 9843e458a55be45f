#include "physical.h"

#include <cerrno>
#include <filesystem>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

#include "binlog_position.h"
#include "client_tools.h"
#include "connection.h"
#include "database_properties.h"
#include "xbstream_check.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr std::string_view good_end = "completed OK!";
constexpr const char* unfinished_name = ".dbackup-restoring";

/// mariadb-backup reads only what servers of its own version have written.
ClientTool backupTool(const ServerVersion& server, sdk::RunContext& run) {
    const auto path = sdk::findTool("mariadb-backup", run);
    if (!path) {
        throw Error(
            ErrorKind::ToolMissing, "mariadb-backup is not installed", "Install the package mariadb-backup");
    }
    sdk::Subprocess asked(sdk::Command(*path).arg("--version"), run);
    asked.waitOk();
    // "mariadb-backup based on MariaDB server 10.11.19-MariaDB debian-linux-gnu (x86_64)", on standard error
    const std::string text = asked.errorText();
    constexpr std::string_view mark = "MariaDB server ";
    const std::size_t at = text.find(mark);
    const auto version =
        at == std::string::npos ? ServerVersion() : ServerVersion::ofServer(text.substr(at + mark.size()));
    if (version.major != server.major || version.minor != server.minor) {
        throw Error(
            ErrorKind::ToolMissing,
            *path + " is of MariaDB " + version.text() + ", and what is backed up is of " + server.text(),
            "Install the mariadb-backup of the server's own version");
    }
    return {*path, version};
}

/// Waits for the end of a run of mariadb-backup's. @throws Error ToolFailed
void requireGoodEnd(sdk::Subprocess& tool, const char* what) {
    tool.waitOk();
    if (tool.errorText().ends_with(good_end)) return;
    throw Error(
        ErrorKind::ToolFailed,
        std::string("mariadb-backup did not say \"") + std::string(good_end) + "\" at the end of " + what,
        "Look at the execution's log at level debug");
}

/// Goes away with all that is in it.
class Unfinished {
public:
    explicit Unfinished(fs::path folder) : folder_(std::move(folder)) {}
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        std::error_code left;  // no more can be done; the next restore refuses the folder and names it
        fs::remove_all(folder_, left);
    }
    const fs::path& path() const { return folder_; }

private:
    fs::path folder_;
};

fs::path dataFolder(const ServerSettings& server) {
    if (server.data_folder.empty()) {
        throw Error(ErrorKind::Settings,
                    "no folder is set to restore a physical backup into",
                    "Set dataFolder of the source that is restored into: a folder that is empty or missing");
    }
    return server.data_folder;
}

void extract(const std::string& tool, const fs::path& folder, sdk::ByteSource& source, sdk::RunContext& run) {
    sdk::Command command(tool);
    command.args({"--extract", "--directory=" + folder.string()}).withInput();
    sdk::Subprocess process(command, run);
    std::vector<std::byte> buffer(buffer_bytes);
    XbstreamCheck check;
    bool reads = true;
    std::size_t got = 0;
    while (reads && (got = source.read(buffer)) > 0) {
        check.update(std::span(buffer).first(got));
        reads = process.writeInput(std::span(buffer).first(got));
    }
    process.closeInput();
    process.waitOk();
    if (!reads) throw Error(ErrorKind::ToolFailed, tool + " ended before it had read the whole backup");
    check.requireComplete();
}

/// Gives the files to whom the data folder belongs, which only root can.
void giveTo(const fs::path& folder, const struct stat& owner, sdk::RunContext& run) {
    if (owner.st_uid == ::geteuid()) {
        run.log(LogLevel::Warning,
                "The files in " + folder.string() +
                    " belong to the user that DBackup runs as: give them to the server's before it starts "
                    "(chown -R mysql:mysql)");
        return;
    }
    const auto give = [&](const fs::path& path) {
        if (::lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0) {
            throw sdk::systemError("cannot give " + path.string() + " to the data folder's owner", errno);
        }
    };
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        give(entry.path());
    }
}

}  // namespace

void dumpPhysical(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run) {
    DatabaseProperties properties;
    {
        Connection connection(server, run);
        properties.server = connection.version();
        if (!properties.server.mariadb) {
            throw Error(ErrorKind::Unsupported,
                        "physical backups are for MariaDB, and " + connection.name() + " is none",
                        "Set mode to logical");
        }
        properties.binlog = positionBefore(connection);
        run.estimate(
            std::stoull(connection.value("SELECT CAST(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS "
                                         "UNSIGNED) FROM information_schema.TABLES")));
    }
    const ClientTool tool = backupTool(properties.server, run);
    properties.tool = tool.version;
    sdk::Command command = tool.command(server);
    command.args({"--backup", "--stream=xbstream", "--target-dir=" + run.scratch().string()});
    const auto sink = output.object({whole_server, "xbstream", "database", properties.toJson()});
    sdk::Subprocess process(command, run);
    XbstreamCheck check;
    for (;;) {
        const auto room = sink->acquire();
        const std::size_t got = process.read(room);
        if (got == 0) break;
        check.update(room.first(got));
        sink->produced(got);
    }
    requireGoodEnd(process, "the backup");
    check.requireComplete();
    sink->finish();
}

void checkPhysicalRestore(const ServerSettings& server,
                          const sdk::RestoreRequest& request,
                          sdk::RunContext& run) {
    if (request.object.format != "xbstream") {
        throw Error(ErrorKind::Unsupported,
                    "the backup is a logical one, and the source that is restored into has mode physical",
                    "Restore into a source with mode logical");
    }
    const fs::path folder = dataFolder(server);
    std::error_code error;
    const auto status = fs::status(folder, error);
    if (fs::exists(status)) {
        const bool empty = fs::is_directory(status) && fs::is_empty(folder, error);
        if (error) throw sdk::systemError("cannot read " + folder.string(), error.value());
        if (!empty) {
            throw Error(
                ErrorKind::AlreadyExists,
                folder.string() + " is no empty folder",
                "A physical backup is restored into an empty data folder only: move the old one away");
        }
    } else if (!fs::is_directory(folder.parent_path(), error)) {
        throw Error(ErrorKind::NotFound, "there is no folder " + folder.parent_path().string());
    }
    backupTool(DatabaseProperties::fromJson(request.object.metadata).server, run);
    if (!sdk::findTool("mbstream", run)) {
        throw Error(
            ErrorKind::ToolMissing, "mbstream is not installed", "Install the package mariadb-backup");
    }
}

void restorePhysical(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run) {
    checkPhysicalRestore(server, request, run);
    const fs::path folder = dataFolder(server);
    const auto tool = backupTool(DatabaseProperties::fromJson(request.object.metadata).server, run);
    struct stat owner {};
    try {
        const bool made = fs::create_directory(folder);
        if (made) fs::permissions(folder, fs::perms::owner_all);
        if (::stat(folder.c_str(), &owner) != 0)
            throw sdk::systemError("cannot look at " + folder.string(), errno);
        // Not where a server would find it before it is whole.
        const Unfinished unfinished(folder / unfinished_name);
        fs::create_directory(unfinished.path());
        extract(*sdk::findTool("mbstream", run), unfinished.path(), source, run);
        sdk::Command prepare(tool.path);
        prepare.args({"--no-defaults", "--prepare", "--target-dir=" + unfinished.path().string()});
        sdk::Subprocess process(prepare, run);
        requireGoodEnd(process, "the preparation");
        run.throwIfStopped();
        giveTo(unfinished.path(), owner, run);
        for (const auto& entry : fs::directory_iterator(unfinished.path())) {
            fs::rename(entry.path(), folder / entry.path().filename());
        }
    } catch (const fs::filesystem_error& error) {
        throw sdk::systemError("cannot fill " + folder.string(), error.code().value());
    }
}

}  // namespace dbackup::mysql
