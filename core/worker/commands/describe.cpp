#include "core/plugin/plugin_catalog.h"
#include "core/worker/commands.h"

namespace dbackup::worker {

protocol::Event describe(const JsonObject& request, Run& /*run*/, Components& /*components*/) {
    const std::string file = textOr(request, "file");
    if (file.empty()) throw Error(ErrorKind::Settings, "message: member \"file\" is missing");
    const plugin::PluginLibrary library(file);
    const dbackup_plugin_info& info = library.info();
    const auto text = [](const char* value) { return std::string(value != nullptr ? value : ""); };
    JsonObject::Ptr data = newObject();
    data->set("file", file);
    data->set("name", text(info.name));
    data->set("version", text(info.version));
    data->set("vendor", text(info.vendor));
    data->set("abi", std::to_string(info.abi_major) + "." + std::to_string(info.abi_minor));
    data->set("loaded", true);
    data->set("reason", "");
    JsonArray::Ptr components = new JsonArray;
    for (const plugin::ComponentInfo& component : library.components()) {
        JsonObject::Ptr entry = newObject();
        entry->set("kind", component.kind);
        entry->set("id", component.id);
        entry->set("title", component.title);
        entry->set("schema", component.schema);
        entry->set("capabilities", component.capabilities);
        components->add(entry);
    }
    data->set("components", components);
    return success(data);
}

}  // namespace dbackup::worker
