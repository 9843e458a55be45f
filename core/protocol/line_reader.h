#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace dbackup::protocol {

/// Cuts what a descriptor delivers into lines, with a limit on their length. [one thread]
class LineReader {
public:
    /// @param fd  not owned; may be blocking
    explicit LineReader(int fd);

    enum class State { None = 0, Line, TimedOut, End };
    /// Waits for the next line.
    /// @param timeout  negative = for ever
    /// A last line without a line feed is no line: its writer died in the midst of it.
    /// @throws Error Internal when a line is longer than max_line_bytes
    State next(std::string& line, std::chrono::milliseconds timeout);

private:
    int fd_;
    std::string buffer_;
    std::size_t scanned_ = 0;
    bool ended_ = false;
};

/// Writes a line and its line feed with as few calls as possible. SIGPIPE must be ignored or blocked.
/// @return false when the reader is gone
bool writeLine(int fd, std::string_view line);

}  // namespace dbackup::protocol
