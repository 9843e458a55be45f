#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/unique_fd.h>

#include "connection.h"
#include "wire.h"

namespace dbackup::redis {

/// Plays a master for one replica: gives it an RDB file as its first synchronisation, straight from a stream.
/// A replica takes the file only once its end mark has come, so one that is given up leaves the replica's
/// data alone. (Redis source, src/replication.c: syncWithMaster, readSyncBulkPayload.) [one thread]
class SnapshotServer {
public:
    /// Listens on all addresses. @param port  0 = any  @throws Error Unavailable when the port is taken
    SnapshotServer(std::uint16_t port, sdk::RunContext& run);

    std::uint16_t port() const;
    /// What a replica must show: only the one that was told it gets the data.
    const sdk::SecretString& password() const noexcept { return password_; }

    /// Waits for the replica and its request for the snapshot.
    /// @throws Error Unavailable when it does not come by then
    void awaitReplica(std::chrono::steady_clock::time_point deadline);
    /// Bytes of the file. @throws Error Unavailable, Cancelled
    void send(std::span<const std::byte> bytes);
    /// The file is complete: now the replica loads it.
    void finish();
    /// Has the replica closed the connection?
    bool hasLeft();

private:
    bool shakeHands(Wire& wire, std::chrono::steady_clock::time_point deadline);

    sdk::RunContext& run_;
    sdk::UniqueFd listener_;
    sdk::SecretString password_;
    std::string mark_;
    std::unique_ptr<Wire> replica_;
};

}  // namespace dbackup::redis
