#pragma once

#include <string>
#include <string_view>

#include "database_properties.h"

namespace dbackup::mysql {

/// Bytes within which mariadb-dump has written the position of the binary log, if it does.
constexpr std::size_t dump_head_bytes = 8192;

/// The position in the comment that --master-data=2 puts before the first table; no file if there is none.
BinlogPosition positionIn(std::string_view head);

}  // namespace dbackup::mysql
