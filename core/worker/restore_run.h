#pragma once

#include <string>
#include <vector>

#include <dbackup/sdk/engine_extensions.h>

#include "core/pipeline/observer.h"
#include "core/worker/commands.h"
#include "core/worker/restore_plan.h"

namespace dbackup::worker {

/// One restore: everything is checked, every byte included, before the target is touched. [one thread]
class RestoreRun final : public pipeline::Observer {
public:
    /// @param run, components  outlive it
    /// @throws Error when origin or target cannot be made
    RestoreRun(protocol::RestoreRequest request, Run& run, Components& components);

    /// @throws Error, see docs/worker-protocol.md
    protocol::Event execute();

    void produced(std::size_t bytes) override { restoring_.add(bytes); }
    void handedOn(std::uint64_t /*bytes*/) override {}
    void uploaded(std::size_t /*bytes*/) override {}
    void lost(const Error& /*error*/) override {}

private:
    std::vector<RestoreStep> prepare();
    /// The engine as one that restores several objects at once. @throws Error Unsupported
    sdk::RestoreObjects& severalAtOnce() const;
    void requireCapability(bool needed, const std::string& capability, const std::string& what) const;
    void verify(const std::vector<RestoreStep>& steps);
    void restore(const RestoreStep& step);

    const protocol::RestoreRequest request_;
    Run& run_;
    OpenTarget origin_;
    const OpenEngine engine_;
    PluginContext context_;
    Stage restoring_;
};

}  // namespace dbackup::worker
