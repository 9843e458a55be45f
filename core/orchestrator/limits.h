#pragma once

#include <chrono>
#include <cstddef>

/// What bounds the orchestrator's work.
namespace dbackup::orchestrator::limits {

/// How often a quiet worker is looked at.
inline constexpr std::chrono::milliseconds watch_interval{250};
/// How often the bytes of a stage that goes on are written to the history.
inline constexpr std::chrono::milliseconds bytes_interval{1000};
/// For a worker to take its request, and to end after its result.
inline constexpr std::chrono::seconds request_time{10};
inline constexpr std::chrono::seconds exit_time{10};
/// For the calls that ask a worker one thing.
inline constexpr std::chrono::seconds test_time{10};
inline constexpr std::chrono::seconds databases_time{30};
inline constexpr std::chrono::seconds list_time{120};
/// For deleting, locking or unlocking up to 200 backups.
inline constexpr std::chrono::seconds change_time{600};
/// For reading a whole backup while somebody waits for the answer; an execution has no such limit.
inline constexpr std::chrono::seconds verify_time{3600};
inline constexpr std::chrono::seconds presign_time{30};
/// A call waits so long for its turn.
inline constexpr std::chrono::seconds slot_time{30};
/// From the start of a download to its first byte, and between two bytes: of the worker, not of the client.
inline constexpr std::chrono::seconds download_silence{120};
/// A listing that is older is reconciled in the background.
inline constexpr std::chrono::hours listing_age{2};
/// Changes at more paths than that are looked at by listing the whole destination.
inline constexpr std::size_t changed_paths = 64;
/// For cleaning up one destination.
inline constexpr std::chrono::seconds cleanup_time{30};
/// When the service stops: after that, cleaning up is left for the next start.
inline constexpr std::chrono::seconds stop_patience{15};
/// Until a store that failed is asked again.
inline constexpr std::chrono::milliseconds store_retry{500};
/// A changed maxConcurrentJobs is seen this late at most.
inline constexpr std::chrono::seconds settings_interval{1};

/// Of one execution.
inline constexpr std::size_t log_entries = 10'000;
inline constexpr std::size_t leftovers = 10'000;
/// Lines of a worker that are no events, as far as they are logged.
inline constexpr int logged_garbage = 5;
/// Workers at a time that were not started by the queue.
inline constexpr std::ptrdiff_t calls = 16;

}  // namespace dbackup::orchestrator::limits
