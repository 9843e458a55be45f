#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <dbackup/sdk/unique_fd.h>

#include "core/pipeline/feed.h"

namespace dbackup::pipeline {

class Spool;

/// The disk space that the spools of one run share. Its mutex guards their positions, too: what one of them
/// needs may have to come from another. [thread-safe]
class SpoolSpace {
public:
    /// @param folder  where the files lie, without names: nothing is left of them, whatever happens
    /// @param limit_bytes  of all spools together, at least one byte
    /// @throws Error Unsupported when files there cannot give back their beginning; Permission, NotFound
    SpoolSpace(std::filesystem::path folder, std::uint64_t limit_bytes);
    SpoolSpace(const SpoolSpace&) = delete;
    SpoolSpace& operator=(const SpoolSpace&) = delete;
    ~SpoolSpace();

    std::uint64_t limitBytes() const noexcept { return limit_bytes_; }
    std::uint64_t usedBytes() const;

private:
    friend class Spool;
    bool evict(Spool& first);
    bool empty() const;

    const std::filesystem::path folder_;
    const std::uint64_t limit_bytes_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t used_bytes_ = 0;  ///< what is reserved is used already
    std::vector<Spool*> spools_;
};

/// The stored bytes of one object in a file without a name, appended by one thread and read by one feed for
/// each destination, each at its own pace. A volume stays until every destination has committed it, as long
/// as there is space; then what all have read goes first, and with it the way back to the volume's beginning.
/// [push() and close() one thread, each feed another]
class Spool {
public:
    /// @param space  outlives it
    /// @param feeds  how many
    /// @throws Error as of the space
    Spool(SpoolSpace& space, std::size_t feeds);
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    /// The feeds are gone, or will not be used any more.
    ~Spool();

    /// Waits for space. Does nothing when all feeds have left.
    /// @throws Error Cancelled; NoSpace, Unavailable, Internal when the file cannot be written
    void push(const Piece& piece, const std::stop_token& stop);
    /// No more will come.
    void close();
    /// @param number  0 to feeds - 1, each once
    std::unique_ptr<Feed> feed(std::size_t number);

private:
    friend class SpoolSpace;
    class Reader;
    struct Volume {
        std::string name;
        std::uint64_t begin = 0;
        std::optional<std::uint64_t> end;
    };
    struct Position {
        std::size_t volume = 0;   ///< the first that is not committed
        std::uint64_t begin = 0;  ///< of that volume
        std::uint64_t read = 0;
        bool left = false;
    };

    bool reserve(std::uint64_t bytes, const std::stop_token& stop);
    void write(std::span<const std::byte> bytes, const std::stop_token& stop);
    bool relieve(const std::stop_token& stop);
    void publish(const Piece& piece);
    void dropCommitted();
    bool dropRead();
    bool dropBefore(std::uint64_t offset);
    bool allLeft() const;

    SpoolSpace& space_;
    const sdk::UniqueFd file_;
    // Guarded by the space's mutex:
    std::vector<Volume> volumes_;
    std::vector<Position> positions_;
    std::uint64_t begin_ = 0;  ///< what is before it is gone
    std::uint64_t end_ = 0;
    std::uint64_t punched_ = 0;  ///< up to here the file's blocks are given back
    bool closed_ = false;
};

}  // namespace dbackup::pipeline
