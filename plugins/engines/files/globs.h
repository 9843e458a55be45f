#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbackup::files {

/// Does a pattern fit a text? `?` and `*` stop at slashes, `**` does not, and a folder's `**/` fits nothing,
/// too; `[a-z]`, `[!a-z]`, and a backslash before what is meant as it is. Bytes, not characters. Takes time
/// in proportion to the product of both lengths at most.
bool globMatches(std::string_view pattern, std::string_view text);

/// Patterns that pick files of a tree. Immutable, so thread-safe.
///
/// A pattern without a slash fits a name in any folder, one with a slash the path from the root; a slash at
/// its end limits it to folders.
class Globs {
public:
    explicit Globs(const std::vector<std::string>& patterns);

    bool empty() const noexcept { return patterns_.empty(); }
    /// @param path  relative to the root, without a slash at either end
    bool fits(std::string_view path, bool is_folder) const;
    /// Does one fit the path, or a folder above it?
    bool fitsOrAbove(std::string_view path, bool is_folder) const;

private:
    struct Pattern {
        std::string text;
        bool of_names = false;
        bool folders_only = false;
    };
    std::vector<Pattern> patterns_;
};

}  // namespace dbackup::files
