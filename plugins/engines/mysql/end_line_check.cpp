#include "end_line_check.h"

#include <algorithm>
#include <string_view>

#include <dbackup/sdk/error.h>

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::size_t tail_bytes = 256;
constexpr std::string_view closing_line = "-- Dump completed";

}  // namespace

void EndLineCheck::update(std::span<const std::byte> bytes) {
    const auto last = bytes.last(std::min(bytes.size(), tail_bytes));
    tail_.append(static_cast<const char*>(static_cast<const void*>(last.data())), last.size());
    if (tail_.size() > tail_bytes) tail_.erase(0, tail_.size() - tail_bytes);
}

void EndLineCheck::requireComplete() const {
    if (tail_.empty()) throw Error(ErrorKind::ToolFailed, "the dump tool wrote nothing");
    // It must be the last line: the text of a procedure may hold such a line, too.
    const std::string_view tail = tail_;
    bool closed = tail.ends_with('\n');
    if (closed) {
        const std::string_view rest = tail.substr(0, tail.size() - 1);
        const std::size_t start = rest.rfind('\n');
        closed = start != std::string_view::npos && rest.substr(start + 1).starts_with(closing_line);
    }
    if (!closed) {
        throw Error(
            ErrorKind::ToolFailed,
            "the dump is incomplete: its closing line \"" + std::string(closing_line) + "\" is missing",
            "The tool ended too early; look at its log and the server's");
    }
}

}  // namespace dbackup::mysql
