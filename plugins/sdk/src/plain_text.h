#pragma once

#include <string>
#include <string_view>

namespace dbackup::sdk {

/// Foreign bytes as text that can go into a log, a JSON document or a terminal: valid UTF-8, where control
/// characters other than line feed and tab have become a space and broken bytes a question mark.
std::string plainText(std::string_view bytes);

/// Without white space at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace dbackup::sdk
