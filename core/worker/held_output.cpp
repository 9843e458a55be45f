#include "core/worker/held_output.h"

#include <cerrno>

#include <unistd.h>

#include "core/base/error.h"

namespace dbackup::worker {

namespace {

constexpr std::size_t block_bytes = 256U << 10;

}  // namespace

void writeAll(int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && errno == EPIPE) {
            throw Error(ErrorKind::Cancelled, "nobody takes the bytes any more");
        }
        if (written < 0) throw systemError("cannot hand on what was read", errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

HeldOutput::HeldOutput(int fd) : fd_(fd), next_(block_bytes), held_(block_bytes) {}

void HeldOutput::filled(std::size_t bytes) {
    flush();
    next_.swap(held_);
    held_bytes_ = bytes;
}

void HeldOutput::flush() {
    writeAll(fd_, std::span(held_).first(held_bytes_));
    held_bytes_ = 0;
}

}  // namespace dbackup::worker
