#pragma once

#include <string>
#include <string_view>

namespace dbackup::cli {

/// Columns that a UTF-8 text takes on a terminal: East Asian wide letters take two, combining marks none.
std::size_t columnsOf(std::string_view text);
/// Cuts a text to a width, with "…" in place of what is gone. @param columns  at least 1
std::string cutTo(std::string_view text, std::size_t columns);
/// Control characters, which a name from a server could steer the terminal with, become "?".
std::string printable(std::string_view text);
/// "a, b, c"
template <class Texts>
std::string joined(const Texts& texts, std::string_view between = ", ") {
    std::string all;
    for (const auto& text : texts) {
        if (!all.empty()) all += between;
        all += text;
    }
    return all;
}
std::string lowerCase(std::string_view text);

}  // namespace dbackup::cli
