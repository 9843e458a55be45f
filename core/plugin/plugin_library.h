#pragma once

#include <memory>
#include <string>
#include <vector>

#include <dbackup/sdk/abi.h>
#include <dbackup/sdk/channel.h>
#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/target.h>

namespace dbackup::plugin {

/// One component as its plugin describes it.
struct ComponentInfo {
    std::string kind;  ///< "engine" | "target" | "channel"
    std::string id;
    std::string title;
    std::string schema;        ///< JSON
    std::string capabilities;  ///< JSON
};

/// A loaded and accepted plugin file. Only the worker loads plugins; it never unloads one. [thread-safe after
/// construction]
class PluginLibrary {
public:
    /// Opens with now + local binding and negotiates (docs/plugins.md, "How a plugin is loaded").
    /// @throws Error Unsupported (another ABI, with both values), Settings (every fault of the description),
    ///         Permission (writable by others), NotFound, Internal (cannot be loaded, with the linker's
    ///         words)
    explicit PluginLibrary(const std::string& file);
    ~PluginLibrary();
    PluginLibrary(const PluginLibrary&) = delete;
    PluginLibrary& operator=(const PluginLibrary&) = delete;

    const dbackup_plugin_info& info() const noexcept;
    std::vector<ComponentInfo> components() const;

    /// Makes a configured component, which may outlive this object. `settings` are validated against its
    /// schema again, and filled with its defaults.
    /// @throws Error NotFound, Settings; foreign exceptions as Internal with the plugin's name
    std::shared_ptr<sdk::DatabaseEngine> engine(const std::string& id, const std::string& settings) const;
    std::shared_ptr<sdk::StorageTarget> target(const std::string& id, const std::string& settings) const;

private:
    struct Loaded;
    std::shared_ptr<Loaded> loaded_;
};

}  // namespace dbackup::plugin
