#include "core/worker/masker.h"

#include <algorithm>

#include <Poco/UTF8Encoding.h>

#include "core/base/json.h"

namespace dbackup::worker {

namespace {

constexpr std::size_t least_bytes = 3;
constexpr std::string_view mask = "***";
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view ellipsis = "\n[...]\n";

/// Length of the UTF-8 character at the start of a text; 0 = there is none.
std::size_t characterLength(std::string_view text) {
    static const Poco::UTF8Encoding utf8;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length) {
        if (utf8.sequenceLength(bytes, static_cast<int>(length)) == static_cast<int>(length)) {
            return Poco::UTF8Encoding::isLegal(bytes, static_cast<int>(length)) ? length : 0;
        }
    }
    return 0;
}

std::string toUtf8(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = characterLength(text);
        clean += length == 0 ? replacement : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return clean;
}

void replaceAll(std::string& text, std::string_view value) {
    std::size_t at = text.find(value);
    while (at != std::string::npos) {
        text.replace(at, value.size(), mask);
        at = text.find(value, at + mask.size());
    }
}

}  // namespace

void Masker::add(const sdk::SecretString& secret) {
    std::string_view rest = secret.reveal();
    addValue(rest);
    if (rest.find('\n') == std::string_view::npos) return;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        addValue(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

void Masker::addValue(std::string_view value) {
    if (value.size() < least_bytes) return;
    const std::lock_guard lock(mutex_);
    secrets_.emplace_back(std::string(value));
    std::stable_sort(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) {
        return a.reveal().size() > b.reveal().size();
    });
}

void Masker::addSecretsOf(const protocol::ComponentRef& component) {
    const JsonObject::Ptr settings = parseJsonObject(component.settings, "settings of " + component.name);
    for (const std::string& key : component.secret_keys) {
        const JsonVar value = settings->get(key);
        if (value.isString()) add(sdk::SecretString(value.extract<std::string>()));
    }
}

std::string Masker::apply(std::string_view text, std::size_t limit) const {
    // Masked before it is cut, so that no half of a secret is left at the cut.
    std::string clean(text);
    {
        const std::lock_guard lock(mutex_);
        for (const sdk::SecretString& secret : secrets_)
            replaceAll(clean, secret.reveal());
    }
    if (clean.size() > limit) {
        const std::size_t half = (limit - ellipsis.size()) / 2;
        clean = clean.substr(0, half) + std::string(ellipsis) + clean.substr(clean.size() - half);
    }
    return toUtf8(clean);
}

}  // namespace dbackup::worker
