#include "restore.h"

#include <algorithm>
#include <functional>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/retry.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "dump.h"
#include "followed.h"
#include "metadata.h"
#include "rdb_check.h"
#include "snapshot_server.h"

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;
using Clock = std::chrono::steady_clock;
using Info = std::map<std::string, std::string>;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;
constexpr auto replica_comes = std::chrono::seconds(30);
constexpr auto between_looks = std::chrono::milliseconds(50);

bool isOn(const Info& info, const std::string& key) {
    const auto found = info.find(key);
    return found != info.end() && found->second != "0";
}

void requireFree(const std::string& name, const Info& info) {
    if (info.contains("role") && info.at("role") != "master") {
        throw Error(ErrorKind::Unsupported,
                    name + " is a replica, whose data come from its master",
                    "Restore into the master");
    }
    if (isOn(info, "cluster_enabled")) {
        throw Error(ErrorKind::Unsupported,
                    name + " is a node of a cluster, which cannot follow another server",
                    "Restore into a single server");
    }
    if (isOn(info, "loading")) {
        throw Error(ErrorKind::Unavailable, name + " is loading its data", "Try again later").canRetry();
    }
}

void requireReadable(const std::string& name, const Info& info, const Metadata& dumped, int rdb_version) {
    const Metadata server = Metadata::of(info);
    const auto newest = newestRdbVersion(server);
    if (newest && rdb_version > *newest) {
        throw Error(ErrorKind::Unsupported,
                    name + " (" + server.version + ") is too old for the backup of version " +
                        dumped.version + ": its format is " + std::to_string(rdb_version) +
                        ", the server reads up to " + std::to_string(*newest),
                    "Restore into a server that is at least as new");
    }
    for (const std::string& module : dumped.modules) {
        if (std::find(server.modules.begin(), server.modules.end(), module) == server.modules.end()) {
            throw Error(ErrorKind::Unsupported,
                        name + " lacks the module " + module + ", which the dumped server had",
                        "Load the module first");
        }
    }
}

/// Says what would be said in the restore, with the values that are set already.
void requireRights(Connection& connection) {
    for (const char* parameter : {"masteruser", "masterauth"})
        connection.ask({"CONFIG", "SET", parameter, connection.config(parameter)});
    connection.ask({"REPLICAOF", "NO", "ONE"});  // as it is: it has no master
}

void requirePlainReplication(Connection& connection,
                             const std::string& name,
                             const std::string& own_address) {
    if (connection.config("tls-replication") != "yes") return;
    throw Error(ErrorKind::Unsupported,
                name + " follows masters by TLS only (tls-replication), which a restore from " + own_address +
                    " cannot offer",
                "Set tls-replication to no for the restore, on a network that you trust");
}

/// Waits until the server has loaded the file and follows on.
void awaitInSync(Connection& connection, SnapshotServer& snapshot, sdk::RunContext& run) {
    for (;;) {
        const Info info = connection.info();
        if (info.contains("master_link_status") && info.at("master_link_status") == "up") return;
        if (snapshot.hasLeft()) {
            throw Error(ErrorKind::ToolFailed,
                        connection.wire().name() + " did not load the data",
                        "The server's log tells why");
        }
        sdk::sleepFor(between_looks, run);
    }
}

void sendAll(SnapshotServer& snapshot,
             sdk::ByteSource& source,
             const std::function<void(int version)>& check_version) {
    std::vector<std::byte> buffer(buffer_bytes);
    RdbCheck check;
    bool seen = false;
    while (const std::size_t got = source.read(buffer)) {
        const auto bytes = std::span(buffer).first(got);
        check.update(bytes);
        if (!seen && check.version() > 0) {
            check_version(check.version());
            seen = true;
        }
        snapshot.send(bytes);
    }
    check.requireComplete();
}

}  // namespace

void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run) {
    if (request.object.format != "rdb") {
        throw Error(ErrorKind::Unsupported, "Redis cannot restore format '" + request.object.format + "'");
    }
    if (!request.database.empty() && request.database != whole_server) {
        throw Error(ErrorKind::Unsupported,
                    "a backup of a whole Redis server cannot be restored as '" + request.database + "'",
                    std::string("Restore it as '") + whole_server + "', into another source if need be");
    }
    Connection connection(server, run);
    const Info info = connection.info();
    const std::string name = connection.wire().name();
    requireFree(name, info);
    const Metadata dumped = Metadata::fromJson(request.object.metadata);
    requireReadable(name, info, dumped, dumped.rdb_version);
    requirePlainReplication(connection, name, connection.wire().ownAddress());
    if (!request.overwrite && keyCount(info) > 0) {
        throw Error(ErrorKind::AlreadyExists,
                    name + " has data (" + keyspaceText(info) + ")",
                    "Set overwrite to replace all of it, or restore into another server");
    }
    requireRights(connection);
}

void restoreServer(const ServerSettings& server,
                   const sdk::RestoreRequest& request,
                   sdk::ByteSource& source,
                   sdk::RunContext& run) {
    checkRestore(server, request, run);
    if (server.tls != TlsMode::Disabled) {
        run.log(LogLevel::Warning,
                "The data of this restore go to the server unencrypted, though its clients use TLS: a "
                "restore from here "
                "is replication without TLS");
    }
    const Metadata dumped = Metadata::fromJson(request.object.metadata);
    // What is begun with the last byte is finished, whatever comes: the server cannot be stopped while it
    // loads.
    sdk::UnstoppableRun steady(run);
    Connection connection(server, steady);
    const std::string name = connection.wire().name();
    Followed followed(connection, server, steady);
    SnapshotServer snapshot(server.restore_port, run);
    const std::string own =
        server.restore_host.empty() ? connection.wire().ownAddress() : server.restore_host;
    followed.follow(own, snapshot.port(), snapshot.password());
    snapshot.awaitReplica(Clock::now() + replica_comes);
    sendAll(
        snapshot, source, [&](int version) { requireReadable(name, connection.info(), dumped, version); });
    run.throwIfStopped();
    snapshot.finish();
    awaitInSync(connection, snapshot, steady);
    followed.release();
    const Info info = connection.info();
    run.log(LogLevel::Info, "The server has " + keyspaceText(info));
    if (keyCount(info) != dumped.keys) {
        run.log(LogLevel::Info,
                "The dumped server had " + std::to_string(dumped.keys) +
                    " keys shortly before its snapshot; keys that have expired are not restored");
    }
}

}  // namespace dbackup::redis
