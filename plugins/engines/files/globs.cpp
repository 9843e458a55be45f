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

/// One match. Only the last `*` and the last `**` are tried again: earlier ones could give nothing that these
/// cannot.
class Match {
public:
    Match(std::string_view pattern, std::string_view text) : pattern_(pattern), text_(text) {}

    bool run() {
        while (t_ < text_.size() || p_ < pattern_.size()) {
            if (p_ < pattern_.size() && pattern_[p_] == '*') {
                takeWildcard();
            } else if (t_ < text_.size() && fitsOne(pattern_, p_, text_[t_])) {
                ++t_;
            } else if (!tryAgain()) {
                return false;
            }
        }
        return true;
    }

private:
    void takeWildcard() {
        const std::size_t begin = p_;
        while (p_ < pattern_.size() && pattern_[p_] == '*')
            ++p_;
        if (p_ - begin == 1) {
            star_ = {p_, t_, false};
            return;
        }
        // "**/x" fits "x", too.
        const bool begins_part = begin == 0 || pattern_[begin - 1] == '/';
        const bool whole_parts = begins_part && p_ < pattern_.size() && pattern_[p_] == '/';
        p_ += whole_parts ? 1 : 0;
        double_star_ = {p_, t_, whole_parts};
        star_ = {};
    }

    bool tryAgain() {
        if (star_.isSet() && star_.text < text_.size() && text_[star_.text] != '/') {
            p_ = star_.pattern;
            t_ = ++star_.text;
            return true;
        }
        star_ = {};
        if (!double_star_.takeMore(text_)) return false;
        p_ = double_star_.pattern;
        t_ = double_star_.text;
        return true;
    }

    std::string_view pattern_;
    std::string_view text_;
    std::size_t p_ = 0;
    std::size_t t_ = 0;
    Retry star_;
    Retry double_star_;
};

}  // namespace

bool globMatches(std::string_view pattern, std::string_view text) {
    return Match(pattern, text).run();
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
