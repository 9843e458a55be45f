#include "core/protocol/request_parts.h"

namespace dbackup::protocol {

namespace {

JsonObject::Ptr toJson(const RunSetup& setup) {
    JsonObject::Ptr json = newObject();
    json->set("scratch", setup.scratch);
    json->set("toolPath", setup.tool_path);
    json->set("confirms", setup.confirms);
    return json;
}

RunSetup setupFrom(const JsonObject& json) {
    const Fields fields(json, "setup");
    return {
        fields.text("scratch"), fields.text("toolPath"), fields.has("confirms") && fields.flag("confirms")};
}

}  // namespace

JsonObject::Ptr toJson(const ComponentRef& component) {
    JsonObject::Ptr json = newObject();
    json->set("id", component.id);
    json->set("name", component.name);
    json->set("pluginFile", component.plugin_file);
    json->set("component", component.component);
    json->set("settings", parseJsonObject(component.settings, "settings of " + component.name));
    json->set("secretKeys", toArray(component.secret_keys));
    return json;
}

ComponentRef componentFrom(const JsonObject& json, const std::string& place) {
    const Fields fields(json, place);
    ComponentRef component;
    component.id = fields.text("id");
    component.name = fields.text("name");
    component.plugin_file = fields.text("pluginFile");
    component.component = fields.text("component");
    component.settings = toText(fields.object("settings"));
    component.secret_keys = fields.texts("secretKeys");
    return component;
}

JsonObject::Ptr newRequest(const RunSetup& setup) {
    JsonObject::Ptr json = newObject();
    json->set("version", version);
    json->set("setup", toJson(setup));
    return json;
}

RunSetup openRequest(const Fields& fields) {
    const std::int64_t theirs = fields.integer("version");
    if (theirs != version) {
        throw Error(ErrorKind::Unsupported,
                    "the request speaks version " + std::to_string(theirs) +
                        " of the worker protocol, this dbackup-worker speaks " + std::to_string(version),
                    "Install dbackupd and dbackup-worker from the same release");
    }
    return setupFrom(*fields.object("setup"));
}

}  // namespace dbackup::protocol
