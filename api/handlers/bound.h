#pragma once

#include <memory>

#include "api/http/router.h"

namespace dbackup::api {

/// A member function as a handler; the handler keeps the object alive.
template <class Resource>
Handler bound(std::shared_ptr<Resource> resource, Response (Resource::*method)(const Request&)) {
    return [resource = std::move(resource), method](const Request& request) {
        return ((*resource).*method)(request);
    };
}

}  // namespace dbackup::api
