#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/log.h"
#include "core/plugin/plugin_library.h"
#include "core/plugin/schema_validator.h"

namespace dbackup::plugin {

/// What is known of one file in the plugin folder.
struct PluginFile {
    std::string file;
    std::string name;
    std::string version;
    std::string vendor;
    std::string abi;  ///< "1.0"
    bool loaded = false;
    std::string reason;  ///< why it was refused
    std::vector<ComponentInfo> components;
};

/// A usable component.
struct CatalogEntry {
    std::string plugin_file;
    ComponentInfo component;
    std::shared_ptr<const SchemaValidator> validator;
};

/// All plugins of an installation, by what a worker said of each. [thread-safe]
class PluginCatalog {
public:
    /// Describes one file in a process of its own. Returns the worker's answer; throws Error with the reason
    /// when the file was refused or killed the worker.
    using Describe = std::function<PluginFile(const std::string& file)>;

    /// Looks at every *.so of the folder in order of name. A component id that is taken, by a component of
    /// any kind, refuses the later file as a whole, naming the earlier. Refusals are logged.
    /// @throws Error Settings when the folder cannot be read
    PluginCatalog(std::string folder, Describe describe, const Log& log);

    /// Looks at the folder again. What was found before stays valid as long as the catalogue.
    /// @throws Error Settings when the folder cannot be read; then everything stays as it was
    void reload();

    const std::vector<PluginFile>& files() const noexcept { return current().files; }
    /// @param kind  "engine" | "target" | "channel"
    const CatalogEntry* find(std::string_view kind, std::string_view id) const;
    /// Ids of one kind, sorted.
    std::vector<std::string> ids(std::string_view kind) const;

private:
    using Key = std::pair<std::string, std::string>;  // kind and id

    struct Content {
        // Takes the file's components, or marks it as refused.
        void add(PluginFile& file);
        void requireFree(const std::string& id) const;

        std::vector<PluginFile> files;
        std::map<Key, CatalogEntry> entries;
    };
    const Content& current() const noexcept { return *current_.load(); }

    const std::string folder_;
    const Describe describe_;
    const Log& log_;
    std::mutex reloading_;  // guards contents_
    std::vector<std::unique_ptr<const Content>> contents_;
    std::atomic<const Content*> current_ = nullptr;
};

}  // namespace dbackup::plugin
