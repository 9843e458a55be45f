#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/job.h"
#include "core/store/database.h"

namespace dbackup::store {

/// Jobs and their destinations. [thread-safe] What returns from a change is on disk.
class JobStore {
public:
    explicit JobStore(Database& database);

    /// @throws Error AlreadyExists: `A job with the name "X" already exists.`
    void add(const Job& job);
    /// Replaces all of it, destinations included. @throws Error AlreadyExists, NotFound
    void update(const Job& job);
    /// Executions stay, without their job. @return false if it was not there
    bool remove(const std::string& id);
    std::optional<Job> find(const std::string& id) const;
    /// Newest first.
    std::vector<Job> list() const;
    /// Names of the jobs that use an adapter as source or destination.
    std::vector<std::string> usersOf(const std::string& adapter_id) const;

private:
    Database& database_;
};

}  // namespace dbackup::store
