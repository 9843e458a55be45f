#include "part_slots.h"

#include <cerrno>

#include <sys/mman.h>

#include <dbackup/sdk/error.h>

namespace dbackup::s3 {

PartBuffer::PartBuffer(std::size_t bytes) : bytes_(bytes) {
    void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw sdk::systemError("cannot get memory for a part", errno);
    memory_ = static_cast<std::byte*>(memory);
}

PartBuffer::~PartBuffer() {
    if (memory_ != nullptr) munmap(memory_, bytes_);
}

PartBuffer PartSlots::takeBuffer() {
    {
        const std::lock_guard lock(mutex_);
        if (!buffers_.empty()) {
            PartBuffer buffer = std::move(buffers_.back());
            buffers_.pop_back();
            return buffer;
        }
        buffers_.reserve(count_);  // so that giving back cannot fail
    }
    return PartBuffer(part_bytes_);
}

void PartSlots::giveBack(PartBuffer buffer) noexcept {
    const std::lock_guard lock(mutex_);
    if (buffers_.size() < count_) buffers_.push_back(std::move(buffer));
}

void PartSlots::acquire(const sdk::RunContext& run) {
    std::unique_lock lock(mutex_);
    released_.wait(lock, run.stop(), [this] { return free_ > 0; });
    run.throwIfStopped();
    --free_;
}

void PartSlots::release() noexcept {
    const std::lock_guard lock(mutex_);
    ++free_;
    released_.notify_one();
}

}  // namespace dbackup::s3
