#pragma once

#include <optional>
#include <string>

#include "core/base/clock.h"

namespace dbackup {

/// Kinds of adapter, as the REST contract names them.
enum class AdapterType { None = 0, Database, Storage, Notification };

/// "database" | "storage" | "notification"
std::string_view toString(AdapterType type) noexcept;
std::optional<AdapterType> adapterTypeFrom(std::string_view name) noexcept;

/// A configured source, destination or channel.
struct Adapter {
    std::string id;
    std::string name;
    AdapterType type = AdapterType::None;
    std::string adapter_id;     ///< component id of the plugin: "postgres"
    std::string config = "{}";  ///< JSON object, settings that are not secret
    std::string secrets =
        "{}";  ///< JSON object of the secret settings, in the clear; sealed in the store only
    std::string metadata = "{}";  ///< JSON object
    std::string storage_role;     ///< "DESTINATION" | "SOURCE" for storage, else empty
    std::string last_status;      ///< ONLINE | DEGRADED | OFFLINE | ""
    std::string last_error;
    std::optional<TimePoint> last_health_check;
    TimePoint created_at{};
    TimePoint updated_at{};
};

}  // namespace dbackup
