#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace dbackup {

/// One stored piece of an object; a stream longer than a volume has several.
struct ManifestVolume {
    std::string name;  ///< relative to the backup's folder
    std::int64_t size_bytes = 0;
    std::string sha256;  ///< of the stored bytes
};

/// One dumped object.
struct ManifestObject {
    std::string name;  ///< without volume suffix, relative to the backup's folder
    std::string source_id;
    std::string database;
    std::string contents;  ///< "database" | "globals" | ...
    std::string format;
    std::string metadata = "{}";  ///< the engine's own JSON object
    std::string compression;      ///< "none" | "gzip" | "zstd"
    std::int64_t original_bytes = 0;
    std::int64_t size_bytes = 0;  ///< of all volumes
    std::string original_sha256;
    std::vector<ManifestVolume> volumes;  ///< one at least
};

struct ManifestSource {
    std::string id;
    std::string name;
    std::string adapter_id;
    std::string engine_version;
    std::string engine_edition;
};

/// What makes a set of objects a backup. Written last: without it the backup does not exist.
/// Text form: docs/backup-layout.md.
struct Manifest {
    static constexpr int format_version = 1;
    static constexpr std::string_view file_name = "manifest.json";

    std::string path;  ///< "<job>/<backup>"; a manifest found elsewhere is refused
    std::string execution_id;
    std::string job_id;
    std::string job_name;
    TimePoint created_at{};
    std::string software;  ///< "dbackup 0.1.0"
    std::string trigger_type;
    std::string trigger_label;
    bool locked = false;
    std::vector<ManifestSource> sources;
    std::vector<ManifestObject> objects;

    std::int64_t totalBytes() const;
    /// The object of that name, or the one that has a volume of that name; null when there is none.
    const ManifestObject* findObject(std::string_view name) const;
};

/// The manifest as indented JSON with a `digest` member: SHA-256 of the text with the digest's own 64
/// digits set to '0', so that any changed byte is found.
std::string toText(const Manifest& manifest);
/// The text of a manifest with another lock and the digest that goes with it; all else stays, members that
/// this program does not know included.
/// @throws Error as parseManifest()
std::string withLock(std::string_view text, std::string_view path, bool locked);
/// Reads and checks a manifest.
/// @param path  where it was found; must equal the manifest's own
/// @throws Error Integrity (changed, cut, of another backup), Unsupported (newer format version)
Manifest parseManifest(std::string_view text, std::string_view path);

}  // namespace dbackup
