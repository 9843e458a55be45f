#include "globs.h"

#include <algorithm>
#include <optional>

namespace dbackup::files {

namespace {

/// Where to go on when what follows a wildcard did not fit: it takes one byte more.
struct Retry {
    std::size_t pattern = std::string_view::npos;
    std::size_t text = 0;
    bool whole_parts = false;  ///< of "**/": what it takes ends with a slash
    bool isSet() const { return pattern != std::string_view::npos; }
    /// For `**`.
    bool takeMore(std::string_view all) {
        if (!isSet() || text >= all.size()) return false;
        const std::size_t slash = whole_parts ? all.find('/', text) : text;
        text = slash + 1;
        return slash != std::string_view::npos;
    }
};

/// Fits `[...]` that begins at `at`, which then is behind it. Nothing when it has no end: a plain bracket.
std::optional<bool> fitsClass(std::string_view pattern, std::size_t& at, char wanted) {
    std::size_t i = at + 1;
    const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
    if (negated) ++i;
    bool found = false;
    const auto byte = static_cast<unsigned char>(wanted);
    for (const std::size_t first = i; i < pattern.size(); ++i) {
        if (pattern[i] == ']' && i > first) {
            at = i + 1;
            return found != negated && wanted != '/';
        }
        const auto low = static_cast<unsigned char>(pattern[i]);
        auto high = low;
        if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
            i += 2;
            high = static_cast<unsigned char>(pattern[i]);
        }
        found = found || (low <= byte && byte <= high);
    }
    return std::nullopt;
}

/// Fits one byte, `?` or a class; moves behind it.
bool fitsOne(std::string_view pattern, std::size_t& at, char wanted) {
    if (at >= pattern.size()) return false;
    if (pattern[at] == '?') {
        ++at;
        return wanted != '/';
    }
    if (pattern[at] == '[') {
        if (const auto fits = fitsClass(pattern, at, wanted)) return *fits;
    }
    const bool escaped = pattern[at] == '\\' && at + 1 < pattern.size();
    at += escaped ? 1 : 0;
    return pattern[at++] == wanted;
}

}  // namespace

bool globMatches(std::string_view pattern, std::string_view text) {
    // Only the last `*` and the last `**` need to be tried again: earlier ones could give nothing that these
    // cannot.
    Retry star;
    Retry double_star;
    std::size_t p = 0;
    std::size_t t = 0;
    while (t < text.size() || p < pattern.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            const bool is_double = p + 1 < pattern.size() && pattern[p + 1] == '*';
            while (p < pattern.size() && pattern[p] == '*')
                ++p;
            if (is_double) {
                // "**/x" fits "x", too.
                const bool begins_part = p < 3 || pattern[p - 3] == '/';
                const bool whole_parts = begins_part && p < pattern.size() && pattern[p] == '/';
                p += whole_parts ? 1 : 0;
                double_star = {p, t, whole_parts};
                star = {};
            } else {
                star = {p, t, false};
            }
            continue;
        }
        if (t < text.size() && fitsOne(pattern, p, text[t])) {
            ++t;
            continue;
        }
        if (star.isSet() && star.text < text.size() && text[star.text] != '/') {
            p = star.pattern;
            t = ++star.text;
        } else if (double_star.takeMore(text)) {
            star = {};
            p = double_star.pattern;
            t = double_star.text;
        } else {
            return false;
        }
    }
    return true;
}

Globs::Globs(const std::vector<std::string>& patterns) {
    for (std::string text : patterns) {
        Pattern pattern;
        while (text.starts_with("./"))
            text.erase(0, 2);
        while (text.ends_with('/')) {
            text.pop_back();
            pattern.folders_only = true;
        }
        pattern.of_names = text.find('/') == std::string::npos && text != "**";
        while (text.starts_with('/'))
            text.erase(0, 1);
        if (text.empty()) continue;
        pattern.text = std::move(text);
        patterns_.push_back(std::move(pattern));
    }
}

bool Globs::fits(std::string_view path, bool is_folder) const {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
        return (is_folder || !pattern.folders_only) &&
               globMatches(pattern.text, pattern.of_names ? name : path);
    });
}

bool Globs::fitsOrAbove(std::string_view path, bool is_folder) const {
    if (fits(path, is_folder)) return true;
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
        if (fits(path.substr(0, slash), true)) return true;
    }
    return false;
}

}  // namespace dbackup::files
