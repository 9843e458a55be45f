#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/secret.h>

namespace dbackup::sdk {

/// Typed, read-only access to a JSON object that the host has validated against the component's schema
/// and filled with its defaults. Immutable, so thread-safe.
class DBACKUP_SDK_EXPORT Settings {
public:
    /// @param json  a JSON object as text
    /// @throws Error Settings when it is not one
    explicit Settings(std::string_view json);
    ~Settings();
    Settings(const Settings&);
    Settings& operator=(const Settings&);
    Settings(Settings&&) noexcept;
    Settings& operator=(Settings&&) noexcept;

    /// True if the key is there and neither null nor an empty string.
    bool has(std::string_view key) const;

    /// The value of a key, or the fallback when it is absent or null.
    /// @throws Error Settings when the value is of another type
    std::string text(std::string_view key, std::string_view fallback = {}) const;
    std::int64_t integer(std::string_view key, std::int64_t fallback = 0) const;
    double number(std::string_view key, double fallback = 0) const;
    bool flag(std::string_view key, bool fallback = false) const;
    SecretString secret(std::string_view key) const;
    /// An array of strings; a lone string counts as an array of one, an empty string as none.
    std::vector<std::string> list(std::string_view key) const;
    /// A whole number of seconds.
    std::chrono::seconds seconds(std::string_view key, std::chrono::seconds fallback) const;
    /// A nested object; an empty one when absent.
    Settings object(std::string_view key) const;

private:
    struct Data;
    std::shared_ptr<const Data> data_;
};

}  // namespace dbackup::sdk
