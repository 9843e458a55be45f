#pragma once

#include <string_view>

namespace dbackup::api {

/// The OpenAPI 3.0 description of all routes, as JSON. Thread-safe.
std::string_view openApiDocument() noexcept;

}  // namespace dbackup::api
