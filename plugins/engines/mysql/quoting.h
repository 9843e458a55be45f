#pragma once

#include <string>
#include <string_view>

namespace dbackup::mysql {

/// A name as SQL writes it: `my ``table```.
std::string quoteName(std::string_view name);
/// A text as SQL writes it while sql_mode lacks NO_BACKSLASH_ESCAPES, as it does on connections of ours.
std::string quoteText(std::string_view text);
/// An account as SQL writes it: 'user'@'host'.
std::string quoteAccount(std::string_view user, std::string_view host);
/// A value within an option file (MariaDB manual, "Configuring MariaDB with Option Files").
std::string quoteOption(std::string_view value);

}  // namespace dbackup::mysql
