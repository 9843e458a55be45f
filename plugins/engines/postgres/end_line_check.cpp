#include "end_line_check.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// Room for the first lines with "\restrict TOKEN", and for the last with "\unrestrict TOKEN": tokens have
/// some 64 characters.
constexpr std::size_t edge_bytes = 512;

/// What stands behind "\restrict " in the first lines; empty for a tool from before August 2025.
std::string tokenIn(const std::string& head) {
    constexpr std::string_view mark = "\n\\restrict ";
    const std::size_t at = head.find(mark);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + mark.size();
    return head.substr(begin, head.find('\n', begin) - begin);
}

}  // namespace

void EndLineCheck::update(std::span<const std::byte> bytes) {
    const std::string_view text(static_cast<const char*>(static_cast<const void*>(bytes.data())),
                                bytes.size());
    if (head_.size() < edge_bytes) head_.append(text.substr(0, edge_bytes - head_.size()));
    tail_.append(text.substr(text.size() - std::min(text.size(), edge_bytes)));
    if (tail_.size() > edge_bytes) tail_.erase(0, tail_.size() - edge_bytes);
}

void EndLineCheck::requireComplete() const {
    if (head_.empty()) {
        throw Error(ErrorKind::ToolFailed, "the dump tool wrote nothing");
    }
    // pg_dump writes \unrestrict behind its closing comment, pg_dumpall before it. Nothing else may follow
    // the comment: a row of data may hold the closing line, too.
    const std::string token = tokenIn(head_);
    const std::string unrestrict = "\n\\unrestrict " + token + "\n\n";
    std::string_view rest = tail_;
    bool closed = token.empty() || rest.find(unrestrict) != std::string_view::npos;
    if (!token.empty() && rest.ends_with(unrestrict)) {
        rest.remove_suffix(unrestrict.size() - 1);
    }
    closed = closed && rest.ends_with("\n" + line_ + "\n--\n\n");
    if (!closed) {
        throw Error(ErrorKind::ToolFailed,
                    "the dump is incomplete: its closing line \"" + line_ +
                        "\" is missing, or what belongs behind it",
                    "The tool ended too early; look at its log and the server's");
    }
}

}  // namespace dbackup::postgres
