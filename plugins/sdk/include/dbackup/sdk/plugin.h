#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <dbackup/sdk/abi.h>
#include <dbackup/sdk/channel.h>
#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/error.h>
#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/target.h>

namespace dbackup::sdk {

/// DBACKUP_KIND_* of a class that implements one of the three interfaces.
template <class T>
constexpr std::uint32_t kindOf() {
    if constexpr (std::is_base_of_v<DatabaseEngine, T>) {
        return DBACKUP_KIND_ENGINE;
    } else if constexpr (std::is_base_of_v<StorageTarget, T>) {
        return DBACKUP_KIND_TARGET;
    } else {
        static_assert(std::is_base_of_v<NotificationChannel, T>);
        return DBACKUP_KIND_CHANNEL;
    }
}

/// The interface that a class implements.
template <class T>
struct Base {
    using type = std::conditional_t<
        std::is_base_of_v<DatabaseEngine, T>,
        DatabaseEngine,
        std::conditional_t<std::is_base_of_v<StorageTarget, T>, StorageTarget, NotificationChannel>>;
};

/// Describes one component for DBACKUP_PLUGIN. `T` is constructible from `const Settings&`. The pointer
/// that crosses is always one to the abstract class.
template <class T>
constexpr dbackup_component component(const char* id,
                                      const char* title,
                                      const char* schema,
                                      const char* capabilities) {
    using Abstract = typename Base<T>::type;
    return {sizeof(dbackup_component),
            kindOf<T>(),
            id,
            title,
            schema,
            capabilities,
            [](const char* settings, std::size_t size) -> void* {
                return static_cast<Abstract*>(new T(Settings(std::string_view(settings, size))));
            },
            [](void* self) { delete static_cast<Abstract*>(self); }};
}

}  // namespace dbackup::sdk

/// Exports the plugin with who made it. `plugin_components` is an array `const dbackup_component* const[]`
/// that ends with nullptr; the texts are literals.
#define DBACKUP_PLUGIN_BY(                                                                                   \
    plugin_name, plugin_version, plugin_vendor, plugin_license, plugin_url, plugin_components)               \
    extern "C" __attribute__((visibility("default"))) constinit const dbackup_plugin_info dbackup_plugin = { \
        DBACKUP_PLUGIN_MAGIC,                                                                                \
        sizeof(dbackup_plugin_info),                                                                         \
        DBACKUP_ABI_MAJOR,                                                                                   \
        DBACKUP_ABI_MINOR,                                                                                   \
        DBACKUP_ABI_TAG,                                                                                     \
        plugin_name,                                                                                         \
        plugin_version,                                                                                      \
        plugin_vendor,                                                                                       \
        plugin_license,                                                                                      \
        plugin_url,                                                                                          \
        plugin_components};

/// The same for the plugins that come with DBackup.
#define DBACKUP_PLUGIN(plugin_name, plugin_version, plugin_components) \
    DBACKUP_PLUGIN_BY(plugin_name, plugin_version, "DBackup", "Apache-2.0", "", plugin_components)
