#pragma once

#include "core/orchestrator/plan.h"

namespace dbackup::orchestrator {

/// Removes what a run that ended without its worker's own cleaning up has left on its destinations: announced
/// temporary names, and all objects of a backup that has no manifest. [thread-safe]
class Cleanup {
public:
    Cleanup(const Orchestrator::Parts& parts, const Planner& planner) : parts_(parts), planner_(planner) {}

    /// What could not be removed stays recorded and is tried again at the next start.
    void afterCrash(const Execution& execution) const;
    /// What earlier lives of the service left. @param stop  leaves the rest for the next start
    void leftovers(const std::stop_token& stop) const;

private:
    bool clean(const Execution& execution,
               const protocol::ComponentRef& destination,
               const std::vector<std::string>& tokens) const;

    const Orchestrator::Parts& parts_;
    const Planner& planner_;
};

}  // namespace dbackup::orchestrator
