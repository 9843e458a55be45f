#pragma once

#include <filesystem>
#include <functional>
#include <future>
#include <memory>

#include <Poco/Data/Session.h>

#include "core/base/log.h"

namespace dbackup::store {

/// The history store's SQLite file: WAL, synchronous=FULL, foreign keys on. One writer thread commits in
/// groups; readers have sessions of their own and are never blocked. [thread-safe]
class Database {
public:
    using Work = std::function<void(Poco::Data::Session&)>;

    /// Opens or creates the file (0600), runs migrations.
    /// @throws Error Unsupported when the schema is newer than this program, Integrity when the file is
    ///         damaged, Permission, NoSpace
    Database(const std::filesystem::path& file, const Log& log);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    /// Commits what is queued.
    ~Database();

    /// Runs `work` on the writer thread within its own savepoint of a group transaction and returns when
    /// the group is on disk. What `work` throws is thrown here, and only its own changes are undone.
    /// @throws Error AlreadyExists (unique), NotFound (foreign key), NoSpace, Internal
    void write(const Work& work);
    /// The same, without waiting; a failure is logged. Order among writes is kept.
    void writeLater(Work work);
    /// Runs `work` on a reader's session, on the calling thread.
    void read(const Work& work) const;
    /// Waits until everything queued so far is on disk.
    void flush();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace dbackup::store
