#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/model/manifest.h"
#include "core/worker/backup_plan.h"
#include "core/worker/commands.h"

namespace dbackup::worker {

/// One backup from its plan to its result. Whatever fails, nothing is left at a destination that did not get
/// the whole backup, as far as that destination can still be reached. [one thread]
class BackupRun {
public:
    /// @param run, components  outlive it
    BackupRun(protocol::BackupRequest request, Run& run, Components& components);

    /// The result event, a failed one too.
    protocol::Event execute();

private:
    void openTargets();
    void store();
    void verify();
    void writeManifests(const Manifest& manifest, const std::string& text);
    Manifest makeManifest() const;
    void requireOne() const;
    void throwIfStopped() const;
    void removeFailed(bool all);
    protocol::BackupResult result() const;

    const protocol::BackupRequest request_;
    Run& run_;
    Components& components_;
    std::stop_source stop_;
    const std::stop_callback<std::function<void()>> chain_;
    std::vector<std::unique_ptr<OpenTarget>> targets_;
    std::vector<pipeline::Destination*> destinations_;
    std::map<std::string, VerifyMode> verify_modes_;  ///< by the destination's id
    BackupPlan plan_;
    std::vector<ManifestObject> objects_;
    std::int64_t manifest_bytes_ = 0;
};

}  // namespace dbackup::worker
