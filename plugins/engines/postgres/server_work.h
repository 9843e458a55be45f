#pragma once

#include <string>
#include <thread>

#include <dbackup/sdk/run_context.h>

#include "server_settings.h"

namespace dbackup::postgres {

/// Tells the run, as long as the object lives, that the server is at work in a database: while it builds an
/// index or checks a foreign key the tool that restores is silent and takes no byte. It looks once a second,
/// by a connection of its own, and counts sessions that execute; not those that wait for a lock or for their
/// client. [made and destroyed by one thread]
class ServerWork {
public:
    /// @param server  must outlive the object, as must run
    ServerWork(const ServerSettings& server, std::string database, sdk::RunContext& run);
    ServerWork(const ServerWork&) = delete;
    ServerWork& operator=(const ServerWork&) = delete;
    /// Returns within a second, unless the server does not answer: then when the run is stopped.
    ~ServerWork() = default;

private:
    void watch(const std::stop_token& ended);

    const ServerSettings& server_;
    std::string database_;
    sdk::RunContext& run_;
    std::jthread thread_;
};

}  // namespace dbackup::postgres
