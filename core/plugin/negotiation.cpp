#include "core/plugin/negotiation.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/plugin/schema_validator.h"

namespace dbackup::plugin {

namespace {

constexpr std::size_t max_components = 64;

std::string versionText(std::uint32_t major, std::uint32_t minor) {
    return std::to_string(major) + "." + std::to_string(minor);
}

// A field that the plugin's struct is too small to have counts as null.
template <class Struct, class Field>
Field fieldOf(const Struct& object, Field Struct::*field, std::size_t offset) {
    return object.struct_size >= offset + sizeof(Field) ? object.*field : Field{};
}

bool isId(std::string_view id) {
    if (id.empty() || id[0] < 'a' || id[0] > 'z') {
        return false;
    }
    return id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool isSet(const char* text) {
    return text != nullptr && *text != '\0';
}

// Collects what is wrong with one component.
class ComponentCheck {
public:
    ComponentCheck(std::string name, std::vector<std::string>& faults)
        : name_(std::move(name)), faults_(faults) {}

    void check(const dbackup_component& component) {
        if (component.struct_size < sizeof(dbackup_component)) {
            fault("is described by a struct that is too small");
            return;
        }
        require(!kindName(component.kind).empty(),
                "is of the unknown kind " + std::to_string(component.kind));
        require(component.id != nullptr && isId(component.id),
                "needs an id of a-z, 0-9 and '-' that begins with a letter");
        require(isSet(component.title), "has no title");
        require(component.create != nullptr, "has no create function");
        require(component.destroy != nullptr, "has no destroy function");
        checkSchema(component.settings_schema);
        checkCapabilities(component);
    }

private:
    void checkSchema(const char* schema) {
        if (!isSet(schema)) {
            fault("has no settings schema");
            return;
        }
        try {
            const SchemaValidator parsed(schema);
        } catch (const Error& error) {
            fault(std::string("has a bad schema: ") + error.what());
        }
    }
    void checkCapabilities(const dbackup_component& component) {
        if (!isSet(component.capabilities)) {
            fault("has no capabilities");
            return;
        }
        try {
            const auto capabilities = parseJsonObject(component.capabilities, "the text");
            const auto formats = arrayAt(*capabilities, "formats");
            const bool some = formats && formats->size() > 0 &&
                              std::all_of(formats->begin(), formats->end(), [](const JsonVar& format) {
                                  return format.isString();
                              });
            require(some || component.kind != DBACKUP_KIND_ENGINE, "is an engine and names no \"formats\"");
        } catch (const Error& error) {
            fault(std::string("has bad capabilities: ") + error.what());
        }
    }
    void require(bool good, const std::string& reason) {
        if (!good) fault(reason);
    }
    void fault(const std::string& reason) { faults_.push_back(name_ + " " + reason); }

    std::string name_;
    std::vector<std::string>& faults_;
};

std::string nameOf(const dbackup_component& component, std::size_t index) {
    return isSet(component.id) ? std::string("component '") + component.id + "'"
                               : "component " + std::to_string(index + 1);
}

void checkComponents(const dbackup_component* const* components, std::vector<std::string>& faults) {
    std::set<std::string> seen;
    for (std::size_t i = 0; components[i] != nullptr; ++i) {
        if (i >= max_components) {
            faults.emplace_back("it lists more than " + std::to_string(max_components) + " components");
            return;
        }
        const dbackup_component& component = *components[i];
        ComponentCheck(nameOf(component, i), faults).check(component);
        if (isSet(component.id) && !seen.emplace(component.id).second) {
            faults.push_back(nameOf(component, i) + " is there twice");
        }
    }
    if (seen.empty() && faults.empty()) {
        faults.emplace_back("it has no component");
    }
}

void requireAbi(const dbackup_plugin_info& info) {
    if (info.magic != DBACKUP_PLUGIN_MAGIC) {
        throw Error(ErrorKind::Unsupported,
                    "no DBackup plugin: its symbol dbackup_plugin has another magic number");
    }
    if (info.abi_major != DBACKUP_ABI_MAJOR || info.abi_minor > DBACKUP_ABI_MINOR) {
        throw Error(ErrorKind::Unsupported,
                    "built for ABI " + versionText(info.abi_major, info.abi_minor) + ", this host speaks " +
                        versionText(DBACKUP_ABI_MAJOR, DBACKUP_ABI_MINOR),
                    "Build it against this host's SDK");
    }
    const std::string tag = info.abi_tag != nullptr ? info.abi_tag : "";
    if (tag != DBACKUP_ABI_TAG) {
        throw Error(ErrorKind::Unsupported,
                    "built with '" + tag + "', this host with '" + DBACKUP_ABI_TAG + "'",
                    "Build it with the same compiler switches");
    }
}

}  // namespace

std::string_view kindName(std::uint32_t kind) noexcept {
    switch (kind) {
        case DBACKUP_KIND_ENGINE:
            return "engine";
        case DBACKUP_KIND_TARGET:
            return "target";
        case DBACKUP_KIND_CHANNEL:
            return "channel";
        default:
            return "";
    }
}

void negotiate(const dbackup_plugin_info& info) {
    requireAbi(info);
    std::vector<std::string> faults;
    const auto* name = fieldOf(info, &dbackup_plugin_info::name, offsetof(dbackup_plugin_info, name));
    const auto* version =
        fieldOf(info, &dbackup_plugin_info::version, offsetof(dbackup_plugin_info, version));
    const auto* components =
        fieldOf(info, &dbackup_plugin_info::components, offsetof(dbackup_plugin_info, components));
    if (!isSet(name)) {
        faults.emplace_back("it has no name");
    }
    if (!isSet(version)) {
        faults.emplace_back("it has no version");
    }
    if (components == nullptr) {
        faults.emplace_back("it has no list of components");
    } else {
        checkComponents(components, faults);
    }
    if (faults.empty()) {
        return;
    }
    std::string text;
    for (const auto& fault : faults) {
        text += (text.empty() ? "" : "; ") + fault;
    }
    throw Error(ErrorKind::Settings, "its description has faults: " + text);
}

}  // namespace dbackup::plugin
