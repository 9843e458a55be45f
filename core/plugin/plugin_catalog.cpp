#include "core/plugin/plugin_catalog.h"

#include <algorithm>
#include <filesystem>

#include "core/base/error.h"

namespace dbackup::plugin {

namespace {

std::vector<std::string> librariesIn(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".so") {
            files.push_back(entry.path().string());
        }
    }
    if (error) {
        throw Error(ErrorKind::Settings,
                    "cannot read the plugin folder " + folder + ": " + error.message(),
                    "Set plugins.dir to the folder that has the plugins");
    }
    std::sort(files.begin(), files.end());
    return files;
}

PluginFile describeOrRefuse(const std::string& file, const PluginCatalog::Describe& describe) {
    try {
        PluginFile described = describe(file);
        described.file = file;
        described.loaded = true;
        return described;
    } catch (const Error& error) {
        PluginFile refused;
        refused.file = file;
        refused.reason = error.text();
        return refused;
    }
}

}  // namespace

PluginCatalog::PluginCatalog(const std::string& folder, const Describe& describe, const Log& log) {
    for (const std::string& path : librariesIn(folder)) {
        PluginFile file = describeOrRefuse(path, describe);
        if (file.loaded) add(file);
        if (file.loaded) {
            log.info("plugin " + file.name + " " + file.version + " from " + path);
        } else {
            log.error("plugin " + path + " is refused: " + file.reason);
        }
        files_.push_back(std::move(file));
    }
}

void PluginCatalog::add(PluginFile& file) {
    std::map<Key, CatalogEntry> added;
    try {
        for (const ComponentInfo& component : file.components) {
            requireFree(component.id);
            added.emplace(
                Key(component.kind, component.id),
                CatalogEntry{
                    file.file, component, std::make_shared<const SchemaValidator>(component.schema)});
        }
        entries_.merge(added);
    } catch (const Error& error) {
        file.loaded = false;
        file.reason = error.text();
    }
}

void PluginCatalog::requireFree(const std::string& id) const {
    for (const auto& [key, entry] : entries_) {
        if (key.second == id) {
            throw Error(ErrorKind::AlreadyExists,
                        "the id '" + id + "' is taken by the " + key.first + " in " + entry.plugin_file,
                        "Remove one of the two files");
        }
    }
}

const CatalogEntry* PluginCatalog::find(std::string_view kind, std::string_view id) const {
    const auto found = entries_.find(std::pair(std::string(kind), std::string(id)));
    return found == entries_.end() ? nullptr : &found->second;
}

std::vector<std::string> PluginCatalog::ids(std::string_view kind) const {
    std::vector<std::string> ids;
    for (const auto& [key, entry] : entries_) {
        if (key.first == kind) ids.push_back(key.second);
    }
    return ids;
}

}  // namespace dbackup::plugin
