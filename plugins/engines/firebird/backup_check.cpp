#include "backup_check.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <dbackup/sdk/error.h>

namespace dbackup::firebird {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::string_view closing_line = "closing file, committing, and finishing. ";

/// Record "backup" (0), attribute "format" (2), 4 bytes.
constexpr std::array first_bytes = {std::byte{0}, std::byte{2}, std::byte{4}};

}  // namespace

void BackupCheck::update(std::span<const std::byte> bytes) {
    for (std::size_t i = 0; i < bytes.size() && bytes_ + i < head_.size(); ++i) {
        head_.at(bytes_ + i) = bytes[i];
    }
    bytes_ += bytes.size();
}

void BackupCheck::requireComplete(const std::string& words) const {
    const std::string hint = "Look at the execution's log at level debug";
    if (bytes_ == 0) throw Error(ErrorKind::ToolFailed, "gbak wrote nothing", hint);
    if (bytes_ < head_.size() || !std::equal(first_bytes.begin(), first_bytes.end(), head_.begin())) {
        throw Error(ErrorKind::ToolFailed, "what gbak wrote does not begin as a backup does", hint);
    }
    const std::size_t at = words.rfind(closing_line);
    if (at == std::string::npos) {
        throw Error(ErrorKind::ToolFailed,
                    "the backup is incomplete: gbak ended with status 0 but without its closing line",
                    hint);
    }
    std::uint64_t written = 0;
    const std::string_view count = std::string_view(words).substr(at + closing_line.size());
    const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), written);
    if (error != std::errc() || written != bytes_) {
        throw Error(ErrorKind::ToolFailed,
                    "the backup is incomplete: gbak wrote " + std::string(count.substr(0, count.find('\n'))) +
                        ", " + std::to_string(bytes_) + " bytes arrived",
                    hint);
    }
    // A restore relies on it.
    if (bytes_ % gbak_block_bytes != 0) {
        throw Error(
            ErrorKind::ToolFailed, "gbak wrote " + std::to_string(bytes_) + " bytes: no whole blocks", hint);
    }
}

}  // namespace dbackup::firebird
