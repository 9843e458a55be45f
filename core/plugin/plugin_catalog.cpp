#include "core/plugin/plugin_catalog.h"

#include <algorithm>
#include <filesystem>
#include <thread>

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

/// All at a time, as far as there are processors: each is a process that is mostly waited for.
std::vector<PluginFile> describeAll(const std::vector<std::string>& paths,
                                    const PluginCatalog::Describe& describe) {
    std::vector<PluginFile> files(paths.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < paths.size(); i = next++)
            files[i] = describeOrRefuse(paths[i], describe);
    };
    const std::size_t threads =
        std::min<std::size_t>(paths.size(), std::max(2U, std::thread::hardware_concurrency()));
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < threads; ++i)
        helpers.emplace_back(work);
    work();
    helpers.clear();  // joins
    return files;
}

}  // namespace

PluginCatalog::PluginCatalog(std::string folder, Describe describe, const Log& log)
    : folder_(std::move(folder)), describe_(std::move(describe)), log_(log) {
    reload();
}

void PluginCatalog::reload() {
    const std::lock_guard lock(reloading_);
    auto content = std::make_unique<Content>();
    for (PluginFile& file : describeAll(librariesIn(folder_), describe_)) {
        if (file.loaded) content->add(file);
        if (file.loaded) {
            log_.info("plugin " + file.name + " " + file.version + " from " + file.file);
        } else {
            log_.error("plugin " + file.file + " is refused: " + file.reason);
        }
        content->files.push_back(std::move(file));
    }
    contents_.push_back(std::move(content));
    current_ = contents_.back().get();
}

void PluginCatalog::Content::add(PluginFile& file) {
    std::map<Key, CatalogEntry> added;
    try {
        for (const ComponentInfo& component : file.components) {
            requireFree(component.id);
            added.emplace(
                Key(component.kind, component.id),
                CatalogEntry{
                    file.file, component, std::make_shared<const SchemaValidator>(component.schema)});
        }
        entries.merge(added);
    } catch (const Error& error) {
        file.loaded = false;
        file.reason = error.text();
    }
}

void PluginCatalog::Content::requireFree(const std::string& id) const {
    for (const auto& [key, entry] : entries) {
        if (key.second == id) {
            throw Error(ErrorKind::AlreadyExists,
                        "the id '" + id + "' is taken by the " + key.first + " in " + entry.plugin_file,
                        "Remove one of the two files");
        }
    }
}

const CatalogEntry* PluginCatalog::find(std::string_view kind, std::string_view id) const {
    const auto found = current().entries.find(std::pair(std::string(kind), std::string(id)));
    return found == current().entries.end() ? nullptr : &found->second;
}

std::vector<std::string> PluginCatalog::ids(std::string_view kind) const {
    std::vector<std::string> ids;
    for (const auto& [key, entry] : current().entries) {
        if (key.first == kind) ids.push_back(key.second);
    }
    return ids;
}

}  // namespace dbackup::plugin
