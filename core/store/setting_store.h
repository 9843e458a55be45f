#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store/database.h"

namespace dbackup::store {

/// One setting that can be changed while the service runs.
struct SettingDefinition {
    std::string key;
    enum class Type { None = 0, Integer, Boolean } type = Type::None;
    std::int64_t default_value = 0;  ///< booleans: 0 or 1
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
    std::string description;
};

/// All of them, by key: maxConcurrentJobs, execution.stallTimeoutSeconds, ...
const std::vector<SettingDefinition>& settingDefinitions();

/// Settings with defaults and bounds. [thread-safe] Values are cached; what returns from a change is on disk.
class SettingStore {
public:
    /// Loads what is stored.
    explicit SettingStore(Database& database);

    /// @throws Error NotFound for an unknown key
    std::int64_t value(std::string_view key) const;
    /// All or nothing. @throws Error Settings naming the key that is unknown or out of bounds
    void set(const std::vector<std::pair<std::string, std::int64_t>>& values);
    /// Takes the values as they are on disk; for who undid a work in which set() was called.
    void reload();

private:
    Database& database_;
    struct Cache;
    std::shared_ptr<Cache> cache_;
};

}  // namespace dbackup::store
