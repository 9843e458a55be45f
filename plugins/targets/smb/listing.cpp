#include "listing.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <regex>

#include "share_path.h"

namespace dbackup::smb {

namespace {

// smbclient prints "  %-30s%7.7s %8.0f  %s": the columns are found from the end, since a name may be long and
// may have blanks in it.
constexpr std::size_t indent = 2;
constexpr std::size_t date_width = 24;
constexpr std::size_t attribute_width = 7;
constexpr std::size_t size_width = 8;
constexpr std::string_view digits = "0123456789";

}  // namespace

std::optional<ListRow> listRow(std::string_view line) {
    if (!line.starts_with("  ") || line.size() < indent + attribute_width + 1 + size_width + 2 + date_width) {
        return std::nullopt;
    }
    const std::string date(line.substr(line.size() - date_width));
    std::tm parts{};
    const char* rest = strptime(date.c_str(), "%a %b %d %H:%M:%S %Y", &parts);
    if (rest == nullptr || *rest != '\0') return std::nullopt;
    line.remove_suffix(date_width + 2);
    const std::size_t before_size = line.find_last_not_of(digits);
    if (before_size == std::string_view::npos || before_size + 1 == line.size()) return std::nullopt;
    ListRow row;
    const std::string_view size = line.substr(before_size + 1);
    std::from_chars(size.data(), size.data() + size.size(), row.size_bytes);
    const std::size_t columns = std::max(size.size(), size_width) + 1 + attribute_width;
    if (line.size() < indent + columns) return std::nullopt;
    const std::size_t name_end = line.size() - columns;
    const std::string_view attributes = line.substr(name_end, attribute_width);
    std::string_view name = line.substr(indent, name_end - indent);
    name = name.substr(0, name.find_last_not_of(' ') + 1);
    row.folder = attributes.find('D') != std::string_view::npos;
    row.name = ourPart(name);
    row.modified = std::chrono::system_clock::from_time_t(timegm(&parts));
    return row;
}

std::optional<std::uint64_t> freeBytes(std::string_view line) {
    static const std::regex space(R"(\s*\d+ blocks of size (\d{1,9})\. (\d{1,18}) blocks available\s*)");
    std::cmatch numbers;
    if (!std::regex_match(line.begin(), line.end(), numbers, space)) return std::nullopt;
    return std::stoull(numbers[1]) * std::stoull(numbers[2]);
}

}  // namespace dbackup::smb
