#pragma once

#include <chrono>
#include <cstddef>

namespace dbackup::store {

/// Writes in one group transaction.
inline constexpr std::size_t max_group = 256;
/// Writes that wait for the writer thread; who brings one more waits.
inline constexpr std::size_t max_queued_writes = 4096;
/// Sessions for readers; a read takes some ten microseconds, so more than this would only cost memory.
inline constexpr std::size_t max_readers = 8;
/// Page cache of a reader; the pages themselves stay in the system's cache.
inline constexpr int reader_cache_kib = 512;
/// Executions that are kept in memory until the next commit, of some 1 KiB each.
inline constexpr std::size_t max_cached_executions = 1024;
/// How long a lock of another process on the file is waited for.
inline constexpr std::chrono::milliseconds busy_timeout{10'000};
/// How long opening the file may take.
inline constexpr std::chrono::duration<std::size_t> open_timeout{10};
/// The write-ahead log is cut to this size once it has grown beyond it.
inline constexpr int wal_limit_bytes = 16 << 20;

/// How long the daily snapshots of a destination's size are kept.
inline constexpr std::chrono::days snapshot_age{366};

}  // namespace dbackup::store
