#include "dump_head.h"

#include <algorithm>
#include <charconv>

namespace dbackup::mysql {

BinlogPosition positionIn(std::string_view head) {
    // "-- CHANGE MASTER TO MASTER_LOG_FILE='binlog.000005', MASTER_LOG_POS=1854;"
    constexpr std::string_view start = "\n-- CHANGE MASTER TO MASTER_LOG_FILE='";
    constexpr std::string_view middle = "', MASTER_LOG_POS=";
    const std::size_t at = head.find(start);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = head.substr(at + start.size());
    const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size()));
    const std::size_t name_end = line.find(middle);
    if (name_end == std::string_view::npos) return {};
    const std::string_view digits = line.substr(name_end + middle.size());
    BinlogPosition position;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), position.position);
    if (error != std::errc() || end == digits.data() + digits.size() || *end != ';') return {};
    position.file = line.substr(0, name_end);
    position.exact = true;
    return position;
}

}  // namespace dbackup::mysql
