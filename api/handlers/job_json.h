#pragma once

#include <optional>

#include "api/handlers/adapter_json.h"
#include "api/handlers/json_writer.h"
#include "core/model/job.h"

namespace dbackup::api {

/// The members of a job, but for lastRunAt and nextRunAt.
void writeJob(JsonWriter& out, const Job& job, const AdapterIndex& adapters);

}  // namespace dbackup::api
