#include "dbackup/sdk/secret.h"

#include <utility>

#include <string.h>

namespace dbackup::sdk {

SecretString::SecretString(std::string value) : value_(std::move(value)) {}

SecretString::SecretString(const SecretString& other) = default;

// A short string lives inside the object, so moving it copies: the old place is wiped too.
SecretString::SecretString(SecretString&& other) noexcept : value_(std::move(other.value_)) {
    other.wipe();
}

SecretString& SecretString::operator=(const SecretString& other) {
    if (this != &other) {
        wipe();
        value_ = other.value_;
    }
    return *this;
}

SecretString& SecretString::operator=(SecretString&& other) noexcept {
    if (this != &other) {
        wipe();
        value_ = std::move(other.value_);
        other.wipe();
    }
    return *this;
}

SecretString::~SecretString() {
    wipe();
}

void SecretString::wipe() noexcept {
    value_.resize(value_.capacity());  // within the capacity: allocates nothing
    explicit_bzero(value_.data(), value_.size());
    value_.clear();
}

}  // namespace dbackup::sdk
