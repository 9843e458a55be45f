#pragma once

#include <string>
#include <vector>

#include <dbackup/sdk/engine_extensions.h>

#include "core/model/manifest.h"
#include "core/pipeline/destination.h"
#include "core/pipeline/observer.h"

namespace dbackup::worker {

/// What an engine reads of the objects of one database: their original bytes, checked against the manifest.
/// [thread-safe]
class RestoreInput final : public sdk::DumpInput {
public:
    /// @param destination, observer  outlive the object and all that it opens
    /// @param path  of the backup
    RestoreInput(const pipeline::Destination& destination,
                 std::string path,
                 const std::vector<ManifestObject>& objects,
                 pipeline::Observer& observer);

    const std::vector<sdk::DumpObject>& objects() const override { return described_; }
    std::unique_ptr<sdk::ByteSource> open(std::size_t index) override;

private:
    const pipeline::Destination& destination_;
    const std::string path_;
    const std::vector<ManifestObject> objects_;
    std::vector<sdk::DumpObject> described_;
    pipeline::Observer& observer_;
};

}  // namespace dbackup::worker
