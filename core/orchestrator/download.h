#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "core/orchestrator/scratch_folder.h"
#include "core/orchestrator/worker_calls.h"
#include "core/protocol/storage_messages.h"

namespace dbackup::orchestrator {

/// Bytes on their way from a destination to whoever reads them. A worker of its own reads ahead as far as a
/// pipe goes: a slow reader slows it down, and it ends with the object. [one thread, which must outlive it]
class Download {
public:
    /// Returns once the worker has said what will come.
    /// @param request  gets its setup here
    /// @throws what the worker reports; Unavailable when it is silent or too many downloads run
    Download(const Orchestrator::Parts& parts,
             WorkerSlot::Semaphore& free,
             protocol::ReadRequest request,
             const std::stop_token& stop);

    const protocol::ReadHead& head() const noexcept { return head_; }
    /// Waits for bytes. All that head() promised having been read, all of them are right; damaged objects end
    /// with an error before their last byte.
    /// @return 0 at the end
    /// @throws what the worker reports; Unavailable when it is silent, or a stop was requested
    std::size_t read(std::span<char> into, const std::stop_token& stop);

private:
    std::size_t receive(std::span<char> into, const std::stop_token& stop);
    bool waitForBytes(const std::stop_token& stop) const;
    void drainEvents();
    [[noreturn]] void throwEnd();
    protocol::ReadHead receiveHead(const std::stop_token& stop);

    const WorkerSlot slot_;
    const ScratchFolder scratch_;
    const std::string name_;  ///< of the destination
    WorkerProcess worker_;
    const sdk::UniqueFd data_;
    std::optional<protocol::Event> result_;
    bool ended_ = false;
    std::string early_;  ///< bytes that came with the head
    protocol::ReadHead head_;
    std::int64_t left_ = 0;
};

}  // namespace dbackup::orchestrator
