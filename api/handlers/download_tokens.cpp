#include "api/handlers/download_tokens.h"

#include <algorithm>

#include "core/base/ids.h"

namespace dbackup::api {

std::string DownloadTokens::issue(DownloadOrder order) {
    constexpr std::size_t token_bytes = 32;
    std::string token = randomHex(token_bytes);
    const std::scoped_lock lock(mutex_);
    const Time now = clock_.steady();
    forgetOld(now);
    entries_[token] = {std::move(order), now + lifetime, false};
    return token;
}

std::optional<DownloadOrder> DownloadTokens::find(const std::string& token) {
    const std::scoped_lock lock(mutex_);
    const Entry* entry = valid(token);
    return entry != nullptr ? std::optional(entry->order) : std::nullopt;
}

std::optional<DownloadOrder> DownloadTokens::take(const std::string& token) {
    const std::scoped_lock lock(mutex_);
    Entry* entry = valid(token);
    if (entry == nullptr) return std::nullopt;
    entry->taken = true;
    return entry->order;
}

void DownloadTokens::giveBack(const std::string& token) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = entries_.find(token); found != entries_.end()) found->second.taken = false;
}

DownloadTokens::Entry* DownloadTokens::valid(const std::string& token) {
    const auto found = entries_.find(token);
    if (found == entries_.end() || found->second.taken || found->second.ends <= clock_.steady())
        return nullptr;
    return &found->second;
}

void DownloadTokens::forgetOld(Time now) {
    std::erase_if(entries_, [&](const auto& entry) { return entry.second.ends <= now; });
    if (entries_.size() < most) return;
    entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
        return a.second.ends < b.second.ends;
    }));
}

}  // namespace dbackup::api
