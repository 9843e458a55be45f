#pragma once

#include <cstddef>
#include <string>

namespace dbackup::cli {

/// What can be done at the other end of a descriptor.
class Terminal {
public:
    /// @param fd  of standard output or standard error
    explicit Terminal(int fd);

    bool isTerminal() const noexcept { return is_terminal_; }
    /// Only on a terminal that is not "dumb", and not where NO_COLOR is set.
    bool hasColour() const noexcept { return has_colour_; }
    /// Columns of the window now; 0 when it is no terminal.
    std::size_t width() const;

    enum class Colour { Bold = 1, Dim = 2, Red = 31, Green = 32, Yellow = 33 };
    /// The text in a colour, where there are colours.
    std::string inColour(const std::string& text, Colour colour) const;

private:
    int fd_;
    bool is_terminal_;
    bool has_colour_;
};

}  // namespace dbackup::cli
