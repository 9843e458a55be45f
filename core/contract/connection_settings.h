#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/contract/net_faults.h"
#include "core/contract/subject.h"
#include "core/contract/suite.h"

namespace dbackup::contract {

/// Why a component cannot be led to another server; empty when it can: it has the settings host and port, and
/// the host is reached by TCP.
std::string whyNoServer(const Subject& subject);
/// Settings that lead to a port of the loopback instead, with a short connection time-out where there is such
/// a setting.
JsonObject leadTo(const Subject& subject, std::uint16_t port);

/// The checks of connecting that engines and targets share. `connect` is called with changed settings and
/// must throw. The subject outlives the suite.
void addConnectionChecks(Suite& suite,
                         const Subject& subject,
                         const std::function<void(const JsonObject& changes, CheckRun& run)>& connect);

}  // namespace dbackup::contract
