#include "core/contract/subject.h"

namespace dbackup::contract {

namespace {

constexpr const char* usual_tool_path = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

JsonObject checked(const plugin::SchemaValidator& schema, JsonObject settings) {
    const auto faults = schema.check(settings);
    if (!faults.empty()) {
        throw sdk::Error(sdk::ErrorKind::Settings,
                         "the check file's settings do not fit the schema: " + plugin::faultsText(faults));
    }
    return settings;
}

JsonObject settingsOf(const JsonObject& file) {
    const JsonObject::Ptr settings = objectAt(file, "settings");
    if (!settings) {
        throw sdk::Error(sdk::ErrorKind::Settings,
                         "the check file has no member \"settings\"",
                         "Give the settings by which the plugin reaches a real server");
    }
    return *settings;
}

}  // namespace

Subject::Subject(const plugin::PluginLibrary& library,
                 plugin::ComponentInfo component,
                 JsonObject::Ptr check_file)
    : library_(library),
      component_(std::move(component)),
      schema_(component_.schema),
      capabilities_(parseJsonObject(component_.capabilities, "the capabilities")),
      file_(std::move(check_file)),
      settings_(checked(schema_, settingsOf(*file_))) {}

std::shared_ptr<sdk::DatabaseEngine> Subject::engine(const JsonObject& changes) const {
    return library_.engine(component_.id, settingsWith(changes));
}

std::shared_ptr<sdk::StorageTarget> Subject::target(const JsonObject& changes) const {
    return library_.target(component_.id, settingsWith(changes));
}

std::unique_ptr<CheckRun> Subject::run() const {
    const std::string tool_path = text("toolPath");
    return runWithTools(tool_path.empty() ? usual_tool_path : tool_path);
}

std::unique_ptr<CheckRun> Subject::runWithTools(const std::string& tool_path) const {
    return std::make_unique<CheckRun>(tool_path, secrets());
}

bool Subject::capable(const std::string& capability) const {
    return capabilities_->has(capability) && flagOr(*capabilities_, capability, false);
}

bool Subject::hasSetting(const std::string& key) const {
    const JsonObject::Ptr properties = objectAt(schema_.schema(), "properties");
    return properties && properties->has(key);
}

std::string Subject::setting(const std::string& key) const {
    const JsonVar value = settings_.get(key);
    return value.isEmpty() || value.isStruct() ? std::string() : value.toString();
}

std::vector<std::string> Subject::secrets() const {
    std::vector<std::string> found;
    for (const std::string& key : schema_.secretKeys()) {
        found.push_back(setting(key));
    }
    return found;
}

std::vector<std::string> Subject::texts(const std::string& key) const {
    std::vector<std::string> found;
    if (const JsonArray::Ptr array = arrayAt(*file_, key)) {
        for (const JsonVar& each : *array) {
            found.push_back(each.convert<std::string>());
        }
    }
    return found;
}

JsonObject Subject::changes(const std::string& key) const {
    const JsonObject::Ptr found = objectAt(*file_, key);
    return found ? *found : JsonObject();
}

std::string Subject::settingsWith(const JsonObject& changes) const {
    JsonObject settings = settings_;
    for (const auto& [key, value] : changes) {
        settings.set(key, value);
    }
    return toText(JsonVar(settings));
}

JsonObject change(const std::string& key, const JsonVar& value) {
    JsonObject object;
    object.set(key, value);
    return object;
}

void requireKind(const std::string& what, const sdk::Error& error, sdk::ErrorKind kind) {
    require(error.kind() == kind,
            what + " is " + std::string(sdk::toString(error.kind())) + " (" + error.text() + "), not " +
                std::string(sdk::toString(kind)));
}

}  // namespace dbackup::contract
