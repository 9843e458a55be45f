#pragma once

#include <utility>

#include <dbackup/sdk/export.h>

namespace dbackup::sdk {

/// Owns a file descriptor.
class DBACKUP_SDK_EXPORT UniqueFd {
public:
    UniqueFd() noexcept = default;
    explicit UniqueFd(int fd) noexcept : fd_(fd) {}
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        reset(std::exchange(other.fd_, -1));
        return *this;
    }
    ~UniqueFd() { reset(); }

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    int release() noexcept { return std::exchange(fd_, -1); }
    /// Closes the old descriptor, if any.
    void reset(int fd = -1) noexcept;

private:
    int fd_ = -1;
};

}  // namespace dbackup::sdk
