#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include <dbackup/sdk/run_context.h>

namespace dbackup::s3 {

/// Memory for one part, straight from the system and back to it: the heap would keep what is freed. [one
/// thread]
class PartBuffer {
public:
    PartBuffer() = default;
    /// @throws Error Internal when the system has no memory
    explicit PartBuffer(std::size_t bytes);
    PartBuffer(PartBuffer&& other) noexcept
        : memory_(std::exchange(other.memory_, nullptr)), bytes_(other.bytes_) {}
    PartBuffer& operator=(PartBuffer&& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    PartBuffer(const PartBuffer&) = delete;
    PartBuffer& operator=(const PartBuffer&) = delete;
    ~PartBuffer();

    explicit operator bool() const noexcept { return memory_ != nullptr; }
    std::byte* get() const noexcept { return memory_; }

private:
    std::byte* memory_ = nullptr;
    std::size_t bytes_ = 0;
};

/// How many parts are on their way at a time, for all writers of a target together: what bounds its memory.
/// Also keeps buffers for parts to come. [thread-safe]
class PartSlots {
public:
    PartSlots(unsigned count, std::size_t part_bytes)
        : count_(count), part_bytes_(part_bytes), free_(count) {}
    PartSlots(const PartSlots&) = delete;
    PartSlots& operator=(const PartSlots&) = delete;
    ~PartSlots() = default;

    std::size_t partBytes() const noexcept { return part_bytes_; }
    PartBuffer takeBuffer();
    void giveBack(PartBuffer buffer) noexcept;

    /// Waits for a slot. @throws Error Cancelled when the run is stopped
    void acquire(const sdk::RunContext& run);
    void release() noexcept;

private:
    const unsigned count_;
    const std::size_t part_bytes_;
    std::mutex mutex_;  // guards the rest
    std::condition_variable_any released_;
    unsigned free_;
    std::vector<PartBuffer> buffers_;
};

}  // namespace dbackup::s3
