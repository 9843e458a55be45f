#include "core/orchestrator/component_settings.h"

#include "core/base/error.h"

namespace dbackup::orchestrator {

namespace {

std::string_view kindOf(AdapterType type) {
    switch (type) {
        case AdapterType::Database:
            return "engine";
        case AdapterType::Storage:
            return "target";
        default:
            return "channel";
    }
}

}  // namespace

protocol::ComponentRef ComponentSettings::of(const Adapter& adapter) const {
    const auto* entry = catalog_.find(kindOf(adapter.type), adapter.adapter_id);
    if (entry == nullptr) {
        throw Error(ErrorKind::NotFound,
                    "No plugin serves '" + adapter.adapter_id + "', which '" + adapter.name + "' needs",
                    "look at GET /api/plugins for plugins that were refused");
    }
    auto settings = parseJsonObject(adapter.config, "the settings of '" + adapter.name + "'");
    const auto secrets = parseJsonObject(adapter.secrets, "the secrets of '" + adapter.name + "'");
    for (const auto& [key, value] : *secrets) {
        settings->set(key, value);
    }
    if (const auto faults = entry->validator->check(*settings); !faults.empty()) {
        throw Error(ErrorKind::Settings,
                    "The settings of '" + adapter.name + "' are wrong: " + plugin::faultsText(faults));
    }
    return {adapter.id,
            adapter.name,
            entry->plugin_file,
            adapter.adapter_id,
            toText(JsonVar(settings)),
            entry->validator->secretKeys()};
}

}  // namespace dbackup::orchestrator
