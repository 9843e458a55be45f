#pragma once

#include <string>

#include "api/handlers/services.h"
#include "core/model/adapter.h"

namespace dbackup::api {

/// Settings that are to be tried before, or without, being saved.
struct ConnectionTest {
    Adapter adapter;        ///< type, adapter_id, config and secrets count
    std::string config_id;  ///< the saved adapter that they are meant for; may be empty
};

struct ConnectionResult {
    bool ok = false;
    std::string message;
    sdk::ServerInfo info;
};

/// What a request wants tried. Secrets that it leaves out are those of the saved adapter if the
/// caller could write that: who may only read could else send them to a server of his own.
/// @throws HttpError 400, 403, 404
ConnectionTest connectionTestFrom(const Request& request, const Services& services);

/// Tries it; what goes wrong is a result.
ConnectionResult run(const ConnectionTest& test, orchestrator::Orchestrator& orchestrator);

/// POST /adapters/access-check: names of the databases that unsaved settings reach.
Response accessCheck(const Request& request, const Services& services);
/// POST /adapters/database-stats: names and sizes, of a saved source or of unsaved settings.
Response databaseStats(const Request& request, const Services& services);

Response toResponse(const ConnectionResult& result);
/// Here clients of the contract read `message`, everywhere else `error`: they get both.
Response toResponse(const HttpError& error);

}  // namespace dbackup::api
