#include "tar_check.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

// A header of POSIX's ustar: where its fields are.
constexpr std::size_t block_bytes = 512;
constexpr std::size_t name_bytes = 100;
constexpr std::size_t size_at = 124;
constexpr std::size_t size_bytes = 12;
constexpr std::size_t checksum_at = 148;
constexpr std::size_t checksum_bytes = 8;
constexpr std::size_t type_at = 156;
constexpr std::size_t magic_at = 257;
constexpr std::size_t prefix_at = 345;
constexpr std::size_t prefix_bytes = 155;

Error broken(const std::string& what) {
    return {ErrorKind::ToolFailed,
            "the physical backup is no sound archive: " + what,
            "Look at the version and the health of pg_basebackup"};
}

std::string textAt(const std::string& header, std::size_t at, std::size_t bytes) {
    const std::string field = header.substr(at, bytes);
    return field.substr(0, field.find('\0'));
}

/// Octal digits, or, where the first bit is set, a big-endian number.
std::uint64_t numberAt(const std::string& header, std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    const bool binary = (static_cast<unsigned char>(header[at]) & 0x80U) != 0;
    for (std::size_t i = at; i < at + bytes; ++i) {
        const auto byte = static_cast<unsigned char>(header[i]);
        if (binary) {
            value = value << 8U | (i == at ? byte & 0x7fU : byte);
        } else if (byte >= '0' && byte <= '7') {
            value = value << 3U | static_cast<unsigned>(byte - '0');
        } else if (byte != ' ' && byte != 0) {
            throw broken("a number in a header");
        }
    }
    return value;
}

std::uint64_t sumOf(const std::string& header) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const bool own = i >= checksum_at && i < checksum_at + checksum_bytes;
        sum += own ? static_cast<unsigned char>(' ') : static_cast<unsigned char>(header[i]);
    }
    return sum;
}

/// Leads out of the folder that the archive is unpacked into.
bool leadsOut(const std::string& name) {
    return name.empty() || name.front() == '/' || name == ".." || name.starts_with("../") ||
           name.ends_with("/..") || name.find("/../") != std::string::npos;
}

}  // namespace

void TarCheck::update(std::span<const std::byte> bytes) {
    std::string_view rest(static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size());
    while (!rest.empty()) {
        if (skip_ > 0) {
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, rest.size()));
            skip_ -= count;
            rest.remove_prefix(count);
            continue;
        }
        const std::size_t count = std::min(block_bytes - header_.size(), rest.size());
        header_ += rest.substr(0, count);
        rest.remove_prefix(count);
        if (header_.size() == block_bytes) takeHeader();
    }
}

void TarCheck::takeHeader() {
    const std::string header = std::move(header_);
    header_.clear();
    if (header.find_first_not_of('\0') == std::string::npos) {
        ++zero_blocks_;
        return;
    }
    if (zero_blocks_ > 0) throw broken("something follows its end");
    if (header.compare(magic_at, 5, "ustar") != 0 ||
        numberAt(header, checksum_at, checksum_bytes) != sumOf(header)) {
        throw broken("a header");
    }
    const std::string prefix = textAt(header, prefix_at, prefix_bytes);
    const std::string name = (prefix.empty() ? "" : prefix + "/") + textAt(header, 0, name_bytes);
    const char type = header[type_at];
    if (leadsOut(name) || (type != '0' && type != '\0' && type != '5')) {
        throw broken("it has '" + name + "', which is no file or folder of a data folder");
    }
    takeMember(name, type == '5' ? 0 : numberAt(header, size_at, size_bytes));
}

void TarCheck::takeMember(const std::string& name, std::uint64_t size) {
    skip_ = (size + block_bytes - 1) / block_bytes * block_bytes;
    if (size == 0) return;
    control_ = control_ || name == "global/pg_control";
    label_ = label_ || name == "backup_label";
    wal_ = wal_ || (name.starts_with("pg_wal/") && name.find('/', 7) == std::string::npos);
    manifest_ = manifest_ || name == "backup_manifest";
}

void TarCheck::requireComplete() const {
    std::string missing;
    for (const auto& [there, name] : {std::pair(control_, "global/pg_control"),
                                      {label_, "backup_label"},
                                      {wal_, "any WAL"},
                                      {manifest_, "backup_manifest"},
                                      {zero_blocks_ >= 2 && header_.empty() && skip_ == 0, "its end"}}) {
        if (!there) missing += (missing.empty() ? "" : ", ") + std::string(name);
    }
    if (missing.empty()) return;
    throw Error(ErrorKind::ToolFailed,
                "the physical backup is incomplete: it lacks " + missing,
                "pg_basebackup ended too early; look at its log and the server's");
}

}  // namespace dbackup::postgres
