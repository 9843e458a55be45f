#include <filesystem>
#include <vector>

#include <dbackup/sdk/data_folder.h>
#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

#include "client_tools.h"
#include "database_properties.h"
#include "physical.h"
#include "tar_check.h"

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

std::string tarTool(const sdk::RunContext& run) {
    const auto tar = sdk::findTool("tar", run);
    if (!tar) throw Error(ErrorKind::ToolMissing, "tar is not installed", "Install the package tar");
    return *tar;
}

void extract(const fs::path& folder, sdk::ByteSource& source, sdk::RunContext& run) {
    sdk::Command command(tarTool(run));
    command
        .args({"--extract",
               "--file=-",
               "--no-same-owner",
               "--same-permissions",
               "--directory=" + folder.string()})
        .withInput();
    sdk::Subprocess process(command, run);
    std::vector<std::byte> buffer(buffer_bytes);
    TarCheck check;
    bool reads = true;
    while (const std::size_t got = source.read(buffer)) {
        check.update(std::span(buffer).first(got));
        // tar is through at the end mark, and need not read the padding behind it.
        reads = reads && process.writeInput(std::span(buffer).first(got));
    }
    process.closeInput();
    process.waitOk();
    check.requireComplete();
}

/// Compares every file with the backup's manifest, where PostgreSQL's tool for that is there.
void verify(const fs::path& folder, int server_major, sdk::RunContext& run) {
    std::optional<ClientTool> tool;
    try {
        tool = clientTool("pg_verifybackup", server_major, run);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::ToolMissing) throw;
        run.log(LogLevel::Warning,
                "The restored files are not compared with the backup's manifest: there is no pg_verifybackup",
                error.text());
        return;
    }
    sdk::Command command(tool->path);
    command.arg("--quiet");
    // Another version cannot read the WAL.
    if (tool->major != server_major) command.arg("--no-parse-wal");
    sdk::Subprocess process(command.arg(folder.string()), run);
    process.waitOk();
}

/// A server starts on nothing that others may write to or read.
void closeToOthers(const fs::path& folder) {
    const auto forbidden = fs::perms::group_write | fs::perms::others_all;
    if ((fs::status(folder).permissions() & forbidden) != fs::perms::none) {
        fs::permissions(folder, fs::perms::owner_all);
    }
}

}  // namespace

void checkPhysicalRestore(const ServerSettings& server,
                          const sdk::RestoreRequest& request,
                          sdk::RunContext& run) {
    if (request.object.format != "tar") {
        throw Error(ErrorKind::Unsupported,
                    "the backup is a logical one, and the source that is restored into has mode physical",
                    "Restore into a source with mode logical");
    }
    if (!request.selection.empty() || !request.owners.empty() || request.no_owner) {
        throw Error(ErrorKind::Unsupported,
                    "a physical backup is restored as a whole and with its owners",
                    "Leave selection, owners and noOwner out");
    }
    sdk::DataFolder(server.data_folder).requireEmpty();
    tarTool(run);
}

void restorePhysical(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run) {
    checkPhysicalRestore(server, request, run);
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    const sdk::DataFolder folder(server.data_folder);
    folder.fill(
        [&](const fs::path& unfinished) {
            closeToOthers(folder.path());
            extract(unfinished, source, run);
            verify(unfinished, properties.server_major, run);
        },
        "postgres",
        run);
    run.log(LogLevel::Info,
            "The data folder " + folder.path().string() + " is ready: start a server of PostgreSQL " +
                std::to_string(properties.server_major) + " on it");
}

}  // namespace dbackup::postgres
