#include "cli/terminal.h"

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace dbackup::cli {

namespace {

// NOLINTNEXTLINE(concurrency-mt-unsafe): nobody writes the environment
std::string_view variable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? "" : value;
}

}  // namespace

Terminal::Terminal(int fd)
    : fd_(fd),
      is_terminal_(isatty(fd) == 1),
      has_colour_(is_terminal_ && variable("NO_COLOR").empty() && variable("TERM") != "dumb") {}

std::size_t Terminal::width() const {
    if (!is_terminal_) return 0;
    winsize size{};
    constexpr std::size_t usual_width = 80;
    return ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual_width;
}

std::string Terminal::inColour(const std::string& text, Colour colour) const {
    return has_colour_ ? "\033[" + std::to_string(static_cast<int>(colour)) + 'm' + text + "\033[0m" : text;
}

}  // namespace dbackup::cli
