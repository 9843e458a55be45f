#pragma once

#include <chrono>

#include "api/http/message.h"
#include "core/base/clock.h"
#include "core/store/key_store.h"

namespace dbackup::api {

/// GET /health (api.md 2.6): 200 when the store answers, else 503.
/// @param started  when the service started
Response health(const store::KeyStore& store,
                const Clock& clock,
                std::chrono::steady_clock::time_point started);

}  // namespace dbackup::api
