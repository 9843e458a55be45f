#include "core/model/adapter.h"

namespace dbackup {

std::string_view toString(AdapterType type) noexcept {
    switch (type) {
        case AdapterType::Database:
            return "database";
        case AdapterType::Storage:
            return "storage";
        case AdapterType::Notification:
            return "notification";
        case AdapterType::None:
            break;
    }
    return "";
}

std::optional<AdapterType> adapterTypeFrom(std::string_view name) noexcept {
    for (const auto type : {AdapterType::Database, AdapterType::Storage, AdapterType::Notification}) {
        if (toString(type) == name) return type;
    }
    return std::nullopt;
}

}  // namespace dbackup
