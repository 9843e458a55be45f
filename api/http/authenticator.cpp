#include "api/http/authenticator.h"

#include <utility>

#include "core/base/hash.h"

namespace dbackup::api {

namespace {

constexpr std::chrono::minutes note_interval{1};

// "Bearer dbackup_...", api.md 1.1; empty for anything else.
std::string_view rawKeyIn(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    constexpr std::string_view blanks = " \t";
    if (!authorization.starts_with(scheme)) {
        return {};
    }
    std::string_view key = authorization.substr(scheme.size());
    const std::size_t first = key.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    key = key.substr(first, key.find_last_not_of(blanks) - first + 1);
    return key.starts_with("dbackup_") ? key : std::string_view();
}

}  // namespace

Authenticator::Authenticator(Keys keys, const Clock& clock) : keys_(std::move(keys)), clock_(clock) {}

Principal Authenticator::authenticate(std::string_view authorization) {
    const std::string_view raw = rawKeyIn(authorization);
    // Looked up by its hash, so how long the search takes tells nothing about a key.
    std::optional<ApiKey> key = raw.empty() ? std::nullopt : keys_.find(sha256Hex(raw));
    if (!key) {
        throw HttpError(401, "Unauthorized");
    }
    if (!key->enabled) {
        throw HttpError(401, "API key is disabled");
    }
    const TimePoint now = clock_.now();
    if (key->expires_at && *key->expires_at <= now) {
        throw HttpError(401, "API key has expired");
    }
    noteUse(key->id, now);
    return {std::move(key->id), std::move(key->name), std::move(key->permissions)};
}

void Authenticator::noteUse(const std::string& id, TimePoint now) {
    {
        const std::scoped_lock lock(mutex_);
        const auto [noted, is_new] = last_noted_.try_emplace(id, now);
        if (!is_new && now - noted->second < note_interval) {
            return;
        }
        noted->second = now;
    }
    keys_.used(id, now);
}

}  // namespace dbackup::api
