#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <dbackup/sdk/error.h>

#include "core/base/json.h"
#include "core/contract/check_run.h"
#include "core/contract/suite.h"
#include "core/plugin/plugin_library.h"
#include "core/plugin/schema_validator.h"

namespace dbackup::contract {

/// What is checked: one component of a plugin, with the check file that says how to reach its server
/// (docs/plugins.md). [one thread]
class Subject {
public:
    /// @param check_file  JSON object
    /// @throws Error Settings when it does not fit the component's schema
    Subject(const plugin::PluginLibrary& library,
            plugin::ComponentInfo component,
            JsonObject::Ptr check_file);

    const plugin::ComponentInfo& component() const noexcept { return component_; }
    const plugin::SchemaValidator& schema() const noexcept { return schema_; }
    const JsonObject& file() const { return *file_; }

    /// The configured component; `changes` replace members of the settings.
    std::shared_ptr<sdk::DatabaseEngine> engine(const JsonObject& changes = JsonObject()) const;
    std::shared_ptr<sdk::StorageTarget> target(const JsonObject& changes = JsonObject()) const;
    /// A run with the tools that the check file names.
    std::unique_ptr<CheckRun> run() const;
    std::unique_ptr<CheckRun> runWithTools(const std::string& tool_path) const;

    bool capable(const std::string& capability) const;
    /// Has the schema such a setting?
    bool hasSetting(const std::string& key) const;
    /// A setting with the defaults filled in; empty when absent.
    std::string setting(const std::string& key) const;
    std::vector<std::string> secrets() const;
    /// A text of the check file; empty when absent.
    std::string text(const std::string& key) const { return textOr(*file_, key); }
    /// A list of texts of the check file.
    std::vector<std::string> texts(const std::string& key) const;
    /// Members of the check file by which the settings are changed for a purpose; empty when absent.
    JsonObject changes(const std::string& key) const;

private:
    std::string settingsWith(const JsonObject& changes) const;

    const plugin::PluginLibrary& library_;
    plugin::ComponentInfo component_;
    plugin::SchemaValidator schema_;
    JsonObject::Ptr capabilities_;
    JsonObject::Ptr file_;
    JsonObject settings_;
};

/// One setting to change.
JsonObject change(const std::string& key, const JsonVar& value);

/// The error that a call ends with.
/// @throws Broken when it ends without one, or with a foreign exception
template <class Call>
sdk::Error errorOf(const std::string& what, const Call& call) {
    try {
        call();
    } catch (const sdk::Error& error) {
        return error;
    } catch (const std::exception& exception) {
        throw Broken(what + " throws a foreign exception: " + exception.what());
    }
    throw Broken(what + " succeeds");
}

/// @throws Broken unless the error is of that kind
void requireKind(const std::string& what, const sdk::Error& error, sdk::ErrorKind kind);

}  // namespace dbackup::contract
