#pragma once

#include <filesystem>

#include <dbackup/sdk/unique_fd.h>

namespace dbackup::daemon {

/// The state folder's layout.
struct StateFolder {
    std::filesystem::path root;

    /// Makes the folder (0700) or takes it over: one that others can enter is closed to them.
    /// @throws Error Permission, NoSpace, Settings when it is no folder
    explicit StateFolder(const std::filesystem::path& root);

    std::filesystem::path database() const { return root / "dbackup.db"; }
    std::filesystem::path masterKey() const { return root / "master.key"; }
    std::filesystem::path scratch() const { return root / "scratch"; }
    std::filesystem::path tls() const { return root / "tls"; }
    std::filesystem::path lockFile() const { return root / "dbackupd.lock"; }
    std::filesystem::path portFile() const { return root / "dbackupd.port"; }
};

/// For an administrator's commands: root acts as the folder's owner from now on, so that the service can go
/// on with what is made in it. Does nothing for other users, or when there is no folder yet. [one thread: the
/// process has no other]
/// @throws Error Permission
void becomeOwner(const std::filesystem::path& folder);

/// One dbackupd per state folder, for as long as this object lives (flock(2): also a crash lets go).
class InstanceLock {
public:
    /// @throws Error AlreadyExists naming the process that holds it
    explicit InstanceLock(const std::filesystem::path& file);

private:
    sdk::UniqueFd file_;
};

/// The port that the service listens on, for who started it with api.port = 0. Goes with the object.
class PortFile {
public:
    /// Removes what a crash may have left.
    explicit PortFile(std::filesystem::path file);
    PortFile(const PortFile&) = delete;
    PortFile& operator=(const PortFile&) = delete;
    ~PortFile();
    /// Written whole or not at all. @throws Error
    void write(std::uint16_t port) const;

private:
    std::filesystem::path file_;
};

}  // namespace dbackup::daemon
