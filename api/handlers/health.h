#pragma once

#include <chrono>

#include "api/handlers/services.h"

namespace dbackup::api {

/// GET /health: 200 when the history store answers, else 503 and the reason in the log.
/// @param started  when the service started
Response health(const Services& services, std::chrono::steady_clock::time_point started);

}  // namespace dbackup::api
