#include "physical.h"

#include <filesystem>
#include <vector>

#include <dbackup/sdk/data_folder.h>
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
    sdk::DataFolder(server.data_folder).requireEmpty();
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
    const sdk::DataFolder folder(server.data_folder);
    const auto tool = backupTool(DatabaseProperties::fromJson(request.object.metadata).server, run);
    folder.fill(
        [&](const fs::path& unfinished) {
            extract(*sdk::findTool("mbstream", run), unfinished, source, run);
            sdk::Command prepare(tool.path);
            prepare.args({"--no-defaults", "--prepare", "--target-dir=" + unfinished.string()});
            sdk::Subprocess process(prepare, run);
            requireGoodEnd(process, "the preparation");
        },
        "mysql",
        run);
}

}  // namespace dbackup::mysql
