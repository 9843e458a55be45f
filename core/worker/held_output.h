#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace dbackup::worker {

/// Writes to a pipe one block behind what it is given: the last bytes go out only once everything before
/// them, and they themselves, are known to be right. Who reads and counts so never takes damaged bytes for
/// whole ones. [one thread]
class HeldOutput {
public:
    /// @param fd  not owned; blocking. SIGPIPE must be ignored or blocked
    explicit HeldOutput(int fd);

    /// What may be filled next.
    std::span<std::byte> room() noexcept { return next_; }
    /// So many bytes of room() are filled. Those of the time before go out.
    /// @throws Error Cancelled when nobody reads any more
    void filled(std::size_t bytes);
    /// All is right: the rest goes out. @throws Error Cancelled
    void flush();

private:
    const int fd_;
    std::vector<std::byte> next_;
    std::vector<std::byte> held_;
    std::size_t held_bytes_ = 0;
};

/// Writes all bytes. @throws Error Cancelled when nobody reads any more
void writeAll(int fd, std::span<const std::byte> bytes);

}  // namespace dbackup::worker
