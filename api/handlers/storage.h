#pragma once

#include <string>

#include "api/handlers/services.h"

namespace dbackup::api {

/// The destination that a storage route is about. @throws HttpError 404, 400 when it is no destination
std::string destinationIdFrom(const Request& request, const Services& services);

/// Those of the storage routes that send bytes; addStorageRoutes() adds them.
void addDownloadRoutes(Router& router, const Services& services);

}  // namespace dbackup::api
