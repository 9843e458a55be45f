#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "core/base/log.h"

namespace dbackup::store {

class Connection;

/// The history store's SQLite file: WAL, synchronous=FULL, foreign keys on. One writer thread commits in
/// groups; readers have sessions of their own and are never blocked by it. Other processes may use the same
/// file at the same time. [thread-safe]
class Database {
public:
    using Work = std::function<void(Connection&)>;

    /// Opens or creates the file (0600), runs migrations.
    /// @param log  outlives the database
    /// @throws Error Unsupported when the schema is newer than this program, Integrity when the file is
    ///         damaged, Permission, NoSpace
    Database(const std::filesystem::path& file, const Log& log);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    /// Commits what is queued.
    ~Database();

    /// Runs `work` on the writer thread within its own savepoint of a group transaction and returns when
    /// the group is on disk. What `work` throws is thrown here, and only its own changes are undone. When
    /// the disk fails under a group, each work of the group is run once more on its own. What work itself
    /// writes to and reads from this database, by way of any store, is part of it: several changes of
    /// different stores so happen together or not at all.
    /// @throws Error AlreadyExists (unique), NotFound (foreign key), NoSpace, Unavailable (locked by another
    ///         process), Internal
    void write(const Work& work);
    /// The same, without waiting (but for room in the queue); a failure is logged. Order among writes is
    /// kept.
    void writeLater(Work work);
    /// Runs `work` on a reader's session, on the calling thread, within one snapshot of the data.
    /// @throws Error Integrity, Unavailable, Internal
    void read(const Work& work) const;
    /// How many times this process has committed: what was read since the last one still holds, unless other
    /// processes change it, too.
    std::uint64_t commits() const noexcept;
    /// Is the caller part of a work that writes, so that it sees what is not committed yet?
    bool isWriting() const noexcept;
    /// Waits until everything queued so far is on disk. @throws Error
    void flush();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace dbackup::store
