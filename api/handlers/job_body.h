#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "api/handlers/body_fields.h"
#include "api/handlers/services.h"
#include "core/model/job.h"

namespace dbackup::api {

/// Members of the contract that are kept and given back but not acted upon, each with the JSON that stands
/// for it when it was never sent.
using KeptMember = std::pair<std::string_view, std::string_view>;
const std::array<KeptMember, 10>& keptMembers();
/// Under this name Job::extra keeps the destinations' retentionPolicyId, by adapter.
inline constexpr std::string_view kept_policies = "retentionPolicyIds";

inline constexpr std::size_t max_job_name_bytes = 200;

/// Applies the body of a create or update to a job; what it does not mention stays. All adapters that it
/// names must be there and fit.
/// @throws HttpError 400 with every fault
void applyJobBody(const JsonObject::Ptr& json, const Services& services, Job& job);

}  // namespace dbackup::api
