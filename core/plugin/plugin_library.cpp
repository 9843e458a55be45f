#include "core/plugin/plugin_library.h"

#include <cerrno>
#include <filesystem>

#include <boost/core/demangle.hpp>
#include <boost/dll/shared_library.hpp>
#include <cxxabi.h>
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/plugin/negotiation.h"
#include "core/plugin/schema_validator.h"

namespace dbackup::plugin {

struct PluginLibrary::Loaded {
    boost::dll::shared_library library;
    const dbackup_plugin_info* info = nullptr;

    const dbackup_component& component(std::uint32_t kind, const std::string& id) const {
        for (auto each = info->components; *each != nullptr; ++each) {
            if ((*each)->kind == kind && (*each)->id == id) return **each;
        }
        throw Error(
            ErrorKind::NotFound,
            std::string("plugin ") + info->name + " has no " + std::string(kindName(kind)) + " '" + id + "'");
    }
};

namespace {

// Who can write the file can run code as the service.
void requireTrusted(const std::string& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) {
        throw systemError("cannot look at " + file, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error(ErrorKind::Permission, "not a regular file");
    }
    if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
        throw Error(ErrorKind::Permission,
                    "the file belongs to user " + std::to_string(status.st_uid) +
                        ", neither to root nor to the service's user " + std::to_string(::geteuid()),
                    "Change its owner");
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        throw Error(ErrorKind::Permission, "the file can be written by others", "Run chmod go-w on it");
    }
}

boost::dll::shared_library load(const std::string& file) {
    namespace load_mode = boost::dll::load_mode;
    // Never unmapped: an exception of the plugin may still be on its way when its last object is gone.
    const auto mode =
        static_cast<load_mode::type>(load_mode::rtld_now | load_mode::rtld_local | RTLD_NODELETE);
    boost::dll::fs::error_code meaningless;  // Boost makes an errno of what has none
    boost::dll::shared_library library(file, mode, meaningless);
    if (!library.is_loaded()) {
        const char* reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps it per thread
        throw Error(ErrorKind::Internal,
                    std::string("the linker says: ") + (reason != nullptr ? reason : "unknown error"));
    }
    return library;
}

const dbackup_plugin_info& negotiated(const boost::dll::shared_library& library) {
    if (!library.has("dbackup_plugin")) {
        throw Error(ErrorKind::Unsupported, "no DBackup plugin: it has no symbol dbackup_plugin");
    }
    const auto& info = library.get<const dbackup_plugin_info>("dbackup_plugin");
    negotiate(info);
    return info;
}

// Validates settings once more, where they are used.
std::string checked(const dbackup_component& component, const std::string& settings) {
    auto json = parseJsonObject(settings, std::string("the settings of ") + component.id);
    const auto faults = SchemaValidator(component.settings_schema).check(*json);
    if (faults.empty()) {
        return toText(JsonVar(json));
    }
    throw Error(ErrorKind::Settings,
                std::string("the settings of ") + component.title + " are wrong: " + faultsText(faults));
}

// The type of the exception under way, as in the source.
std::string foreignTypeName() {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return type == nullptr ? "unknown" : boost::core::demangle(type->name());
}

void* create(const dbackup_plugin_info& info,
             const dbackup_component& component,
             const std::string& settings) {
    const std::string text = checked(component, settings);
    const std::string who = std::string("plugin ") + info.name + " (" + component.id + ")";
    void* made = nullptr;
    try {
        made = component.create(text.data(), text.size());
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(ErrorKind::Internal, who + " failed to start: " + error.what());
    } catch (...) {
        throw Error(ErrorKind::Internal,
                    who + " failed to start: it threw an exception of type " + foreignTypeName());
    }
    if (made == nullptr) {
        throw Error(ErrorKind::Internal, who + " made no object");
    }
    return made;
}

}  // namespace

PluginLibrary::PluginLibrary(const std::string& file) : loaded_(std::make_shared<Loaded>()) {
    const std::filesystem::path path = std::filesystem::absolute(file);
    try {
        requireTrusted(path);
        loaded_->library = load(path);
        loaded_->info = &negotiated(loaded_->library);
    } catch (const Error& error) {
        throw Error(error.kind(), path.filename().string() + ": " + error.what(), error.hint());
    }
}

PluginLibrary::~PluginLibrary() = default;

const dbackup_plugin_info& PluginLibrary::info() const noexcept {
    return *loaded_->info;
}

std::vector<ComponentInfo> PluginLibrary::components() const {
    std::vector<ComponentInfo> all;
    for (auto each = loaded_->info->components; *each != nullptr; ++each) {
        const dbackup_component& component = **each;
        all.push_back({std::string(kindName(component.kind)),
                       component.id,
                       component.title,
                       component.settings_schema,
                       component.capabilities});
    }
    return all;
}

std::shared_ptr<sdk::DatabaseEngine> PluginLibrary::engine(const std::string& id,
                                                           const std::string& settings) const {
    const dbackup_component& component = loaded_->component(DBACKUP_KIND_ENGINE, id);
    void* made = create(*loaded_->info, component, settings);
    return {
        static_cast<sdk::DatabaseEngine*>(made),
        [loaded = loaded_, destroy = component.destroy](sdk::DatabaseEngine* engine) { destroy(engine); }};
}

std::shared_ptr<sdk::StorageTarget> PluginLibrary::target(const std::string& id,
                                                          const std::string& settings) const {
    const dbackup_component& component = loaded_->component(DBACKUP_KIND_TARGET, id);
    void* made = create(*loaded_->info, component, settings);
    return {static_cast<sdk::StorageTarget*>(made),
            [loaded = loaded_, destroy = component.destroy](sdk::StorageTarget* target) { destroy(target); }};
}

}  // namespace dbackup::plugin
