#include "end_line_check.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// After the closing line come "--", an empty line, and since 2025 "\unrestrict" with a token of up to 64
/// characters.
constexpr std::size_t tail_bytes = 512;

}  // namespace

void EndLineCheck::update(std::span<const std::byte> bytes) {
    any_ = any_ || !bytes.empty();
    const auto last = bytes.last(std::min(bytes.size(), tail_bytes));
    tail_.append(static_cast<const char*>(static_cast<const void*>(last.data())), last.size());
    if (tail_.size() > tail_bytes) tail_.erase(0, tail_.size() - tail_bytes);
}

void EndLineCheck::requireComplete() const {
    if (!any_) {
        throw Error(ErrorKind::ToolFailed, "the dump tool wrote nothing");
    }
    const std::size_t at = tail_.rfind("\n" + line_ + "\n");
    // What follows must be comments, empty lines and \unrestrict alone: a row of data may hold the closing
    // line too.
    bool closed = at != std::string::npos;
    for (std::size_t start = closed ? at + 1 : tail_.size(); start < tail_.size();) {
        const std::size_t end = std::min(tail_.find('\n', start), tail_.size());
        const std::string_view line = std::string_view(tail_).substr(start, end - start);
        closed = closed && (line.empty() || line.starts_with("--") || line.starts_with("\\unrestrict "));
        start = end + 1;
    }
    if (!closed || tail_.back() != '\n') {
        throw Error(ErrorKind::ToolFailed,
                    "the dump is incomplete: its closing line \"" + line_ + "\" is missing",
                    "The tool ended too early; look at its log and the server's");
    }
}

}  // namespace dbackup::postgres
