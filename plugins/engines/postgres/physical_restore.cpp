#include <cerrno>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/unique_fd.h>

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
constexpr const char* unfinished_name = ".dbackup-restoring";

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

/// Gives the files to whom the data folder belongs, which only root can.
void giveTo(const fs::path& folder, const struct stat& owner, sdk::RunContext& run) {
    if (owner.st_uid == ::geteuid()) {
        run.log(LogLevel::Warning,
                "The files in " + folder.parent_path().string() +
                    " belong to the user that DBackup runs as: give them to the server's before it starts "
                    "(chown -R postgres:postgres)");
        return;
    }
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (::lchown(entry.path().c_str(), owner.st_uid, owner.st_gid) != 0) {
            throw sdk::systemError("cannot give " + entry.path().string() + " to the data folder's owner",
                                   errno);
        }
    }
}

void flush(const fs::path& folder) {
    const sdk::UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::syncfs(opened.get()) != 0) {
        throw sdk::systemError("cannot write " + folder.string() + " to its disk", errno);
    }
}

void fill(const fs::path& folder, int server_major, sdk::ByteSource& source, sdk::RunContext& run) {
    const bool made = fs::create_directory(folder);
    struct stat owner {};
    if (::stat(folder.c_str(), &owner) != 0)
        throw sdk::systemError("cannot look at " + folder.string(), errno);
    // A server starts on nothing that others may write to or read.
    const auto forbidden = fs::perms::group_write | fs::perms::others_all;
    if (made || (fs::status(folder).permissions() & forbidden) != fs::perms::none)
        fs::permissions(folder, fs::perms::owner_all);
    // Not where a server would find it before it is whole.
    const Unfinished unfinished(folder / unfinished_name);
    fs::create_directory(unfinished.path());
    extract(unfinished.path(), source, run);
    verify(unfinished.path(), server_major, run);
    run.throwIfStopped();
    giveTo(unfinished.path(), owner, run);
    flush(unfinished.path());
    for (const auto& entry : fs::directory_iterator(unfinished.path())) {
        fs::rename(entry.path(), folder / entry.path().filename());
    }
    flush(folder);
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
    tarTool(run);
}

void restorePhysical(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run) {
    checkPhysicalRestore(server, request, run);
    const auto properties = DatabaseProperties::fromJson(request.object.metadata);
    const fs::path folder = dataFolder(server);
    try {
        fill(folder, properties.server_major, source, run);
    } catch (const fs::filesystem_error& error) {
        throw sdk::systemError("cannot fill " + folder.string(), error.code().value());
    }
    run.log(LogLevel::Info,
            "The data folder " + folder.string() + " is ready: start a server of PostgreSQL " +
                std::to_string(properties.server_major) + " on it");
}

}  // namespace dbackup::postgres
