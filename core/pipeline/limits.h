#pragma once

#include <chrono>
#include <cstddef>

/// Bounds of a run: its memory is these blocks and what the compressors hold, however large a database is.
namespace dbackup::pipeline {

inline constexpr std::size_t block_bytes = 1U << 20;
/// Blocks that wait between two threads.
inline constexpr std::size_t queue_blocks = 4;
/// Blocks of each pool: one queue, one in each hand, and one half-filled block for every further task.
inline constexpr std::size_t pool_blocks = 8;
/// What an uploader reads from a spool at a time.
inline constexpr std::size_t spool_read_bytes = 256U << 10;
/// Longest pause before an upload is begun again.
inline constexpr std::chrono::seconds most_retry_delay{30};

}  // namespace dbackup::pipeline
