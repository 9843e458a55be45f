#include "api/daemon/state_folder.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <utility>

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

namespace dbackup::daemon {

namespace fs = std::filesystem;

StateFolder::StateFolder(const fs::path& folder) : root(folder) {
    std::error_code fault;
    fs::create_directories(root, fault);
    if (fault) {
        throw systemError("cannot make the state folder " + root.string(), fault.value());
    }
    const fs::perms others = fs::perms::group_all | fs::perms::others_all;
    const fs::perms now = fs::status(root, fault).permissions();
    if (!fault && (now & others) != fs::perms::none) {
        fs::permissions(root, others, fs::perm_options::remove, fault);
    }
    if (fault) {
        throw systemError("cannot close the state folder " + root.string() + " to others", fault.value());
    }
    if (access(root.c_str(), W_OK | X_OK) != 0) {
        throw systemError("cannot write to the state folder " + root.string(), errno);
    }
}

void becomeOwner(const fs::path& folder) {
    struct stat status {};
    if (geteuid() != 0 || ::stat(folder.c_str(), &status) != 0 || status.st_uid == 0) {
        return;
    }
    if (setgroups(0, nullptr) != 0 || setgid(status.st_gid) != 0 || setuid(status.st_uid) != 0) {
        throw systemError("cannot act as the owner of " + folder.string(), errno);
    }
}

InstanceLock::InstanceLock(const fs::path& file)
    : file_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (!file_) {
        throw systemError("cannot open " + file.string(), errno);
    }
    std::array<char, 32> text{};
    if (flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            throw systemError("cannot lock " + file.string(), errno);
        }
        const auto size = pread(file_.get(), text.data(), text.size() - 1, 0);
        std::string holder(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
        holder = holder.substr(0, holder.find('\n'));
        throw Error(ErrorKind::AlreadyExists,
                    "another dbackupd (process " + (holder.empty() ? "unknown" : holder) + ") works in " +
                        file.parent_path().string(),
                    "stop it first, or give this one another state.dir");
    }
    const std::string pid = std::to_string(getpid()) + '\n';
    if (ftruncate(file_.get(), 0) != 0 || pwrite(file_.get(), pid.data(), pid.size(), 0) < 0) {
        throw systemError("cannot write " + file.string(), errno);
    }
}

PortFile::PortFile(fs::path file) : file_(std::move(file)) {
    std::error_code fault;
    fs::remove(file_, fault);
    if (fault) {
        throw systemError("cannot remove " + file_.string(), fault.value());
    }
}

void PortFile::write(std::uint16_t port) const {
    const fs::path unfinished = file_.string() + ".new";
    std::ofstream out(unfinished, std::ios::trunc);
    out << port << '\n';
    out.close();
    std::error_code fault;
    if (out) {
        fs::rename(unfinished, file_, fault);
    }
    if (!out || fault) {
        throw Error(ErrorKind::Permission, "cannot write " + file_.string());
    }
}

PortFile::~PortFile() {
    std::error_code ignored;  // the lock, not this file, says whether a service runs
    fs::remove(file_, ignored);
}

}  // namespace dbackup::daemon
