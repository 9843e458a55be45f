#pragma once

#include <string>
#include <string_view>

#include "core/protocol/storage_messages.h"

namespace dbackup::api {

/// The one range of bytes that a request asks for (RFC 9110, 14.2). What is malformed, of another unit or of
/// several ranges is left out of account, as the standard wants it: the whole is sent then.
/// @param range     the field Range, or empty
/// @param if_range  the field If-Range, or empty
protocol::WantedRange rangeFrom(std::string_view range, std::string_view if_range);

/// The field Content-Disposition that has a file of this name saved (RFC 6266): an ASCII name for old
/// clients, the true one in UTF-8 beside.
std::string attachment(std::string_view file_name);

}  // namespace dbackup::api
