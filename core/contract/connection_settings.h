#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/contract/net_faults.h"
#include "core/contract/server_address.h"
#include "core/contract/subject.h"
#include "core/contract/suite.h"

namespace dbackup::contract {

/// How long a component may take to tell that its server does not answer: the check file's "longestWait" in
/// seconds, else 40 seconds. (A setting connectTimeout is cut to two seconds meanwhile.)
std::chrono::seconds longestWait(const Subject& subject);

/// The checks of connecting that engines and targets share. `connect` is called with changed settings and
/// must throw. The subject outlives the suite.
void addConnectionChecks(Suite& suite,
                         const Subject& subject,
                         const std::function<void(const JsonObject& changes, CheckRun& run)>& connect);

}  // namespace dbackup::contract
