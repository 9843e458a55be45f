#include "xbstream_check.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::string_view magic = "XBSTCK01";
constexpr std::size_t type_at = 9;
constexpr std::size_t path_at = 14;
constexpr std::size_t piece_bytes = 20;  // length, offset, checksum
constexpr std::uint64_t longest_path = 4096;
/// What mariadb-backup writes last.
constexpr std::string_view last_file = "xtrabackup_info";

std::uint64_t numberAt(const std::string& bytes, std::size_t at, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = count; i > 0; --i) {
        value = value << 8U | static_cast<unsigned char>(bytes.at(at + i - 1));
    }
    return value;
}

}  // namespace

std::size_t XbstreamCheck::frontBytes() const {
    if (front_.size() < path_at) return path_at;
    const std::size_t path = static_cast<std::size_t>(numberAt(front_, 10, 4));
    const char type = front_[type_at];
    const bool known = type == 'P' || type == 'E';
    if (!front_.starts_with(magic) || !known || path == 0 || path > longest_path) {
        throw Error(ErrorKind::ToolFailed,
                    "what mariadb-backup wrote is no xbstream that is known here",
                    "Look at the tool's log; is its version one that docs/engines/mysql.md names?");
    }
    return path_at + path + (type == 'P' ? piece_bytes : 0);
}

void XbstreamCheck::takeFront() {
    const std::size_t path_bytes = static_cast<std::size_t>(numberAt(front_, 10, 4));
    const std::string path = front_.substr(path_at, path_bytes);
    if (front_[type_at] == 'E') {
        unfinished_.erase(path);
        info_ = info_ || path == last_file;
    } else {
        unfinished_.insert(path);
        skip_ = numberAt(front_, path_at + path_bytes, 8);
    }
    front_.clear();
}

void XbstreamCheck::update(std::span<const std::byte> bytes) {
    std::string_view rest(static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size());
    while (!rest.empty()) {
        if (skip_ > 0) {
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, rest.size()));
            skip_ -= count;
            rest.remove_prefix(count);
            continue;
        }
        const std::size_t count = std::min(frontBytes() - front_.size(), rest.size());
        front_ += rest.substr(0, count);
        rest.remove_prefix(count);
        if (front_.size() >= path_at && front_.size() == frontBytes()) takeFront();
    }
}

void XbstreamCheck::requireComplete() const {
    if (front_.empty() && skip_ == 0 && unfinished_.empty() && info_) return;
    throw Error(ErrorKind::ToolFailed,
                "the physical backup is incomplete" +
                    (unfinished_.empty() ? std::string() : ": " + *unfinished_.begin() + " has no end"),
                "The tool ended too early; look at its log and the server's");
}

}  // namespace dbackup::mysql
