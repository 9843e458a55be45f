#pragma once

#include <optional>
#include <string>

#include <dbackup/sdk/run_context.h>

#include "credential_chain.h"

namespace dbackup::s3 {

// Temporary credentials that the cloud gives to who runs in it. Time-outs are short: outside of a cloud
// nobody answers.

/// Of the role of a container (ECS task, EKS pod); absent when the environment names none.
/// @throws Error Authentication, Unavailable when it names one that does not work; Cancelled
std::optional<Credentials> containerCredentials(const Environment& environment, sdk::RunContext& run);

/// Of the role of the machine, by the instance metadata service, version 2; absent when there is none.
/// @throws Error Unavailable when it gives something else; Cancelled
std::optional<Credentials> machineCredentials(const Environment& environment, sdk::RunContext& run);

}  // namespace dbackup::s3
