#pragma once

#include <optional>
#include <string>

#include "core/model/manifest.h"

namespace dbackup {

/// How the latest check of a stored backup ended.
struct BackupVerification {
    TimePoint verified_at{};
    bool passed = false;
    std::string trigger;  ///< "manual" | "post-upload" | "scheduled"
    std::string error;    ///< what was found wrong; empty = nothing
};

/// A backup as found on a destination.
struct StoredBackup {
    Manifest manifest;
    TimePoint modified{};
    std::string fault;  ///< why its manifest cannot be used; empty = sound
    std::optional<BackupVerification> verification;
};

}  // namespace dbackup
