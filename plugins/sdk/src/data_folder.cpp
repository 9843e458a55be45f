#include "dbackup/sdk/data_folder.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dbackup/sdk/error.h"
#include "dbackup/sdk/unique_fd.h"

namespace dbackup::sdk {

namespace fs = std::filesystem;

namespace {

constexpr const char* unfinished_name = ".dbackup-restoring";

/// Goes away with all that is in it.
class Unfinished {
public:
    explicit Unfinished(fs::path folder) : folder_(std::move(folder)) { fs::create_directory(folder_); }
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

/// Only root can give files away.
void giveTo(const struct stat& owner,
            const fs::path& files,
            const fs::path& folder,
            const std::string& server_user,
            RunContext& run) {
    if (owner.st_uid == ::geteuid()) {
        run.log(LogLevel::Warning,
                "The files in " + folder.string() +
                    " belong to the user that DBackup runs as: give them to the server's before it starts "
                    "(chown -R " +
                    server_user + ':' + server_user + ')');
        return;
    }
    for (const auto& entry : fs::recursive_directory_iterator(files)) {
        if (::lchown(entry.path().c_str(), owner.st_uid, owner.st_gid) != 0) {
            throw systemError("cannot give " + entry.path().string() + " to the data folder's owner", errno);
        }
    }
}

void flush(const fs::path& folder) {
    const UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (opened.get() < 0 || ::syncfs(opened.get()) != 0) {
        throw systemError("cannot write " + folder.string() + " to its disk", errno);
    }
}

}  // namespace

DataFolder::DataFolder(fs::path folder) : folder_(std::move(folder)) {
    if (folder_.empty()) {
        throw Error(ErrorKind::Settings,
                    "no folder is set to restore a physical backup into",
                    "Set dataFolder of the source that is restored into: a folder that is empty or missing");
    }
}

void DataFolder::requireEmpty() const {
    std::error_code error;
    const auto status = fs::status(folder_, error);
    if (fs::exists(status)) {
        const bool empty = fs::is_directory(status) && fs::is_empty(folder_, error);
        if (error) throw systemError("cannot read " + folder_.string(), error.value());
        if (!empty) {
            throw Error(
                ErrorKind::AlreadyExists,
                folder_.string() + " is no empty folder",
                "A physical backup is restored into an empty data folder only: move the old one away");
        }
    } else if (!fs::is_directory(folder_.parent_path(), error)) {
        throw Error(ErrorKind::NotFound, "there is no folder " + folder_.parent_path().string());
    }
}

void DataFolder::fill(const std::function<void(const fs::path&)>& unpack,
                      const std::string& server_user,
                      RunContext& run) const try {
    const bool made = fs::create_directory(folder_);
    struct stat owner {};
    if (::stat(folder_.c_str(), &owner) != 0) throw systemError("cannot look at " + folder_.string(), errno);
    if (made) fs::permissions(folder_, fs::perms::owner_all);
    // Not where a server would find it before it is whole.
    const Unfinished unfinished(folder_ / unfinished_name);
    unpack(unfinished.path());
    run.throwIfStopped();
    giveTo(owner, unfinished.path(), folder_, server_user, run);
    flush(unfinished.path());
    for (const auto& entry : fs::directory_iterator(unfinished.path())) {
        fs::rename(entry.path(), folder_ / entry.path().filename());
    }
    flush(folder_);
} catch (const fs::filesystem_error& error) {
    throw systemError("cannot fill " + folder_.string(), error.code().value());
}

}  // namespace dbackup::sdk
