#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include <dbackup/sdk/run_context.h>

namespace dbackup::s3 {

using PartBuffer = std::unique_ptr<std::byte[]>;  // NOLINT(modernize-avoid-c-arrays): its bytes start unset

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
    /// Its bytes are not set.
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
