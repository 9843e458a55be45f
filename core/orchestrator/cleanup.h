#pragma once

#include <stop_token>

#include "core/orchestrator/component_settings.h"
#include "core/orchestrator/orchestrator.h"

namespace dbackup::orchestrator {

/// Removes what runs have left on their destinations: announced temporary names, and all objects of a backup
/// that has no valid manifest. The leftovers on record are what is still to be looked at: one without a
/// token stands for the backup's objects on that destination. [thread-safe]
class Cleanup {
public:
    using Leftovers = std::vector<store::ExecutionStore::Leftover>;

    Cleanup(const Orchestrator::Parts& parts, const ComponentSettings& components)
        : parts_(parts), components_(components) {}

    /// Puts on record that a run is about to write to these destinations.
    void expect(const Execution& execution, const std::vector<protocol::ComponentRef>& destinations) const;
    /// Cleans up these destinations, and takes all others of the execution off the record. What fails stays
    /// on record for the next start.
    /// @return whether all of them are clean
    bool afterRun(const Execution& execution,
                  const std::vector<protocol::ComponentRef>& destinations,
                  const std::stop_token& stop) const;
    /// What earlier lives of the service left. @param stop  leaves the rest for the next start
    void afterRestart(const Leftovers& leftovers, const std::stop_token& stop) const;

private:
    bool clean(const Execution& execution,
               const protocol::ComponentRef& destination,
               const Leftovers& leftovers,
               const std::stop_token& stop) const;
    void cleanOne(const Leftovers& leftovers, const std::stop_token& stop) const;
    /// Removes the records. @param reason  why nothing can be cleaned up
    void giveUp(const Leftovers& leftovers, const std::string& reason) const;
    void say(const std::string& execution_id, const std::string& message) const;

    const Orchestrator::Parts& parts_;
    const ComponentSettings& components_;
};

}  // namespace dbackup::orchestrator
