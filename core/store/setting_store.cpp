#include "core/store/setting_store.h"

#include <algorithm>
#include <atomic>

#include "core/base/error.h"
#include "core/store/query.h"

namespace dbackup::store {

namespace {

using Type = SettingDefinition::Type;

constexpr std::int64_t week_s = 604'800;

struct Setting {
    std::string key;
    std::int64_t value = 0;
};

/// The place of a key among the definitions.
std::optional<std::size_t> placeOf(std::string_view key) {
    const auto& all = settingDefinitions();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.key == key; });
    return found == all.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - all.begin()));
}

void check(const std::string& key, std::int64_t value) {
    const auto place = placeOf(key);
    if (!place) {
        throw Error(ErrorKind::Settings, "there is no setting '" + key + "'");
    }
    const SettingDefinition& definition = settingDefinitions()[*place];
    if (value < definition.minimum || value > definition.maximum) {
        throw Error(ErrorKind::Settings,
                    "setting '" + key + "' cannot be " + std::to_string(value),
                    "give a value from " + std::to_string(definition.minimum) + " to " +
                        std::to_string(definition.maximum));
    }
}

}  // namespace

static void read(Row& row, Setting& setting) {
    setting.key = row.text();
    setting.value = row.integer();
}

const std::vector<SettingDefinition>& settingDefinitions() {
    constexpr std::int64_t max_points = 1'000'000;
    static const std::vector<SettingDefinition> definitions = {
        {"api.rateLimit.auth.points", Type::Integer, 5, 1, max_points, "Logins per address and window"},
        {"api.rateLimit.auth.windowSeconds", Type::Integer, 60, 1, 3600, "Length of a window for logins"},
        {"api.rateLimit.enabled", Type::Boolean, 1, 0, 1, "Whether requests per address are limited at all"},
        {"api.rateLimit.read.points",
         Type::Integer,
         100,
         1,
         max_points,
         "GET requests per address and window"},
        {"api.rateLimit.read.windowSeconds",
         Type::Integer,
         60,
         1,
         3600,
         "Length of a window for GET requests"},
        {"api.rateLimit.write.points",
         Type::Integer,
         20,
         1,
         max_points,
         "Requests that change something, per address and window"},
        {"api.rateLimit.write.windowSeconds",
         Type::Integer,
         60,
         1,
         3600,
         "Length of a window for requests that change something"},
        {"execution.stallTimeoutSeconds",
         Type::Integer,
         1800,
         0,
         week_s,
         "How long a running execution may go without a byte or any progress before it fails; 0 = for ever"},
        {"maxConcurrentJobs", Type::Integer, 1, 1, 10, "How many executions run at a time; others wait"},
    };
    return definitions;
}

struct SettingStore::Cache {
    std::vector<std::atomic<std::int64_t>> values =
        std::vector<std::atomic<std::int64_t>>(settingDefinitions().size());
};

SettingStore::SettingStore(Database& database) : database_(database), cache_(std::make_shared<Cache>()) {
    reload();
}

void SettingStore::reload() {
    // On the writer's thread, as changes of the cache are made there, in the order of those on disk.
    database_.write([&](Connection& connection) {
        std::vector<std::int64_t> values;
        for (const SettingDefinition& definition : settingDefinitions()) {
            values.push_back(definition.default_value);
        }
        for (const Setting& setting : connection.select<Setting>("SELECT key, value FROM settings")) {
            // A key that this version does not know is another version's; it stays.
            if (const auto place = placeOf(setting.key)) {
                const SettingDefinition& definition = settingDefinitions()[*place];
                values[*place] = std::clamp(setting.value, definition.minimum, definition.maximum);
            }
        }
        std::copy(values.begin(), values.end(), cache_->values.begin());
    });
}

std::int64_t SettingStore::value(std::string_view key) const {
    const auto place = placeOf(key);
    if (!place) {
        throw Error(ErrorKind::NotFound, "there is no setting '" + std::string(key) + "'");
    }
    return cache_->values[*place];
}

void SettingStore::set(const std::vector<std::pair<std::string, std::int64_t>>& values) {
    for (const auto& [key, value] : values) {
        check(key, value);
    }
    try {
        database_.write([&](Connection& connection) {
            for (const auto& [key, value] : values) {
                connection.execute(
                    "INSERT INTO settings (key, value) VALUES (?, ?) "
                    "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    {key, value});
                cache_->values[*placeOf(key)] = value;
            }
        });
    } catch (const Error&) {
        reload();
        throw;
    }
}

}  // namespace dbackup::store
