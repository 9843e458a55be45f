#pragma once

#include <string>
#include <string_view>

#include <dbackup/sdk/export.h>

namespace dbackup::sdk {

/// A value that must not be seen: wiped when it dies, never converted to a string by accident.
class DBACKUP_SDK_EXPORT SecretString {
public:
    SecretString() = default;
    explicit SecretString(std::string value);
    SecretString(const SecretString& other);
    SecretString(SecretString&& other) noexcept;
    SecretString& operator=(const SecretString& other);
    SecretString& operator=(SecretString&& other) noexcept;
    ~SecretString();

    /// The value itself; name the call site's reason in review.
    const std::string& reveal() const noexcept { return value_; }
    bool empty() const noexcept { return value_.empty(); }

private:
    void wipe() noexcept;
    std::string value_;
};

}  // namespace dbackup::sdk
