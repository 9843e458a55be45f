#pragma once

#include <filesystem>

#include <sys/mount.h>

namespace dbackup::test {

/// A file system of 8 MiB, which anybody may write to, at a folder that is made when it is not there. It goes
/// with the object. Only where the process may mount one: not in most containers.
class SmallDisk {
public:
    explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {
        std::filesystem::create_directories(folder_);
        mounted_ = ::mount("small", folder_.c_str(), "tmpfs", 0, "size=8m,mode=0777") == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
    }
    bool mounted() const noexcept { return mounted_; }
    const std::filesystem::path& path() const noexcept { return folder_; }

private:
    const std::filesystem::path folder_;
    bool mounted_ = false;
};

}  // namespace dbackup::test
