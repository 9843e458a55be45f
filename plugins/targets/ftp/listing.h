#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbackup::ftp {

/// What a folder of a server has.
struct Entry {
    std::string name;
    bool is_folder = false;
    std::uint64_t size_bytes = 0;
    std::chrono::system_clock::time_point modified;
};

/// The answer to MLSD (RFC 3659, section 7). Links and what is neither file nor folder are left out.
/// Thread-safe.
std::vector<Entry> parseMlsd(std::string_view text);

/// The answer to LIST of servers that do not know MLSD: the lines of Unix' `ls -l`, which no standard
/// describes. Times are those of the server's clock, taken for UTC, exact to a minute or a day. Thread-safe.
/// @param now  to tell last year's "Dec 31 23:59" from this year's
std::vector<Entry> parseList(std::string_view text, std::chrono::system_clock::time_point now);

}  // namespace dbackup::ftp
