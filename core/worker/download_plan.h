#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <dbackup/sdk/streams.h>

#include "core/model/manifest.h"
#include "core/pipeline/destination.h"
#include "core/protocol/storage_messages.h"

namespace dbackup::worker {

/// A run of bytes of a download, opened in its turn.
struct DownloadPart {
    std::uint64_t bytes = 0;
    std::function<std::unique_ptr<sdk::ByteSource>()> open;
};

/// A download's bytes: the length in its head is the sum of its parts.
struct DownloadPlan {
    protocol::ReadHead head;
    std::vector<DownloadPart> parts;
};

/// Where a download's bytes lie; it outlives the plan.
struct DownloadSource {
    const pipeline::Destination& where;
    bool takes_ranges = false;  ///< the target can open an object in its midst
    std::string manifest_text;
};

/// An object as it is stored (of several volumes: one after another), or decompressed, or the manifest, or
/// all of it as a tar archive whose first member is the manifest. What is delivered whole is checked against
/// its SHA-256.
/// @throws Error NotFound for an object that the backup does not have
DownloadPlan planDownload(const protocol::ReadRequest& request,
                          const Manifest& manifest,
                          const DownloadSource& source);

}  // namespace dbackup::worker
