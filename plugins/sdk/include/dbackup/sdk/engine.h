#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/streams.h>

namespace dbackup::sdk {

struct ServerInfo {
    std::string version;  ///< as the server says: "15.20"
    std::string edition;  ///< may be empty
    std::string message;  ///< one sentence for the person who pressed Test; may be empty
};

struct DatabaseInfo {
    std::string name;
    std::uint64_t size_bytes = 0;  ///< 0 = unknown
};

struct DumpRequest {
    /// "database": dump the database named below. "globals": what belongs to the server (roles).
    std::string contents = "database";
    std::string database;
    /// One of the formats in the capabilities; empty = the engine's first.
    std::string format;
};

struct RestoreRequest {
    DumpObject object;       ///< as it was dumped, metadata included
    std::string database;    ///< name to restore into
    bool overwrite = false;  ///< replace a database that has data
    bool no_owner = false;   ///< leave owners and privileges out
    /// Only these parts of the object, as the engine names them (paths of files, tables); empty = all of it.
    /// Not empty only for engines with the capability "selection".
    std::vector<std::string> selection = {};
    /// Owners by the name they had: gets the name that they get here. Those that are not in it keep theirs.
    /// Not empty only for engines with the capability "owners".
    std::map<std::string, std::string> owners = {};
};

/// A database product. Configured by the component's create(); the host makes one object per thread, so
/// calls on one object are sequential. [worker thread]
///
/// Capabilities (JSON): {"formats":["dump","sql"], "globals":true, "restore":true,
/// "selection":true, "owners":true}. "formats" is required, the rest defaults to no. Frozen within an ABI
/// major: new powers come through extension().
class DBACKUP_SDK_EXPORT DatabaseEngine {
public:
    DatabaseEngine() = default;
    DatabaseEngine(const DatabaseEngine&) = delete;
    DatabaseEngine& operator=(const DatabaseEngine&) = delete;
    virtual ~DatabaseEngine();

    /// Connects and says what is there. Changes nothing.
    /// @throws Error Settings, Authentication, Permission, Unavailable, ToolMissing, NotFound
    virtual ServerInfo test(RunContext& run) = 0;
    /// The databases that can be dumped, by name.
    virtual std::vector<DatabaseInfo> databases(RunContext& run) = 0;
    /// Dumps one database (or the globals) as one consistent point in time, into one object or more. An
    /// engine that makes more has the extension RestoreObjects (engine_extensions.h). The contents of the
    /// first are "database" (or "globals"), and its metadata is what checkRestore() gets.
    virtual void dump(const DumpRequest& request, DumpOutput& output, RunContext& run) = 0;
    /// Would restore() be refused? Looks at the target and changes nothing.
    /// @throws Error AlreadyExists (has data and overwrite is off), Unsupported, Permission, ...
    virtual void checkRestore(const RestoreRequest& request, RunContext& run) = 0;
    /// Restores the object of a dump that has only one. Creates the database when missing; on failure a
    /// database that it made is removed again, and one that was there is as it was.
    virtual void restore(const RestoreRequest& request, ByteSource& source, RunContext& run) = 0;
    /// An extension interface by id, or nullptr.
    virtual void* extension(std::string_view id) noexcept;
};

}  // namespace dbackup::sdk
