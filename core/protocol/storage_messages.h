#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/protocol/messages.h"

/// Requests about the backups on a destination. Read as those in messages.h: each throws Error Settings
/// naming the member that is wrong, Unsupported for another version.
namespace dbackup::protocol {

/// For list.
struct ListRequest {
    RunSetup setup;
    ComponentRef component;
    std::vector<std::string> paths;  ///< only these backups; empty = all
    /// A manifest that is as it was then need not be sent again.
    struct Known {
        std::string path;
        TimePoint modified{};
        std::int64_t manifest_bytes = 0;
    };
    std::vector<Known> known;
};

/// For remove and lock.
struct PathsRequest {
    RunSetup setup;
    ComponentRef component;
    std::vector<std::string> paths;
    bool locked = false;  ///< lock: what they are to be
};

/// Which bytes of an object are wanted. Only `last`: so many from its end.
struct WantedRange {
    std::optional<std::int64_t> first;
    std::optional<std::int64_t> last;  ///< inclusive
    std::string tag;                   ///< it counts only for the object with this tag; empty = in any case
};

/// For read: the bytes go to descriptor data_fd after one line, a ReadHead.
struct ReadRequest {
    RunSetup setup;
    ComponentRef component;
    std::string path;         ///< "<job>/<backup>"
    std::string object;       ///< name in the backup's folder; empty = the whole backup as a tar archive
    bool decompress = false;  ///< of an object
    WantedRange range;        ///< of an object as it is stored; otherwise left out of account
};

/// Where `dbackup-worker read` writes the bytes.
inline constexpr int data_fd = 3;

/// What goes before the bytes.
struct ReadHead {
    std::string name;             ///< for a file
    std::int64_t size_bytes = 0;  ///< of the whole
    std::int64_t first = 0;       ///< of what follows
    std::int64_t length = 0;      ///< of what follows
    bool partial = false;         ///< a range follows
    bool satisfiable = true;      ///< false: the range lies outside, nothing follows
    bool takes_ranges = false;    ///< of this a range could be asked for
    std::string tag;              ///< the same bytes have the same; no quotes in it
};

/// For presign.
struct PresignRequest {
    RunSetup setup;
    ComponentRef component;
    std::string path;
    std::string object;
    std::int64_t valid_seconds = 0;
};

JsonObject::Ptr toJson(const ListRequest& request);
JsonObject::Ptr toJson(const PathsRequest& request);
JsonObject::Ptr toJson(const ReadRequest& request);
JsonObject::Ptr toJson(const ReadHead& head);
JsonObject::Ptr toJson(const PresignRequest& request);
ListRequest listRequestFrom(const JsonObject& json);
PathsRequest pathsRequestFrom(const JsonObject& json);
ReadRequest readRequestFrom(const JsonObject& json);
ReadHead readHeadFrom(const JsonObject& json);
PresignRequest presignRequestFrom(const JsonObject& json);

}  // namespace dbackup::protocol
