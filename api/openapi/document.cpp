#include "api/openapi/document.h"

#include "openapi_json.h"

namespace dbackup::api {

std::string_view openApiDocument() noexcept {
    return openapi_json;
}

}  // namespace dbackup::api
