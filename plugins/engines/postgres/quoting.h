#pragma once

#include <string>
#include <string_view>

namespace dbackup::postgres {

/// A name as SQL writes it: "my ""table""".
std::string quoteName(std::string_view name);
/// A text as SQL writes it, whatever standard_conforming_strings says.
std::string quoteText(std::string_view text);
/// A value within a connection string (libpq manual, 34.1.1.1): 'it\'s'.
std::string quoteConninfo(std::string_view value);
/// A field of a password file (libpq manual, 34.16).
std::string quotePassfile(std::string_view field);

}  // namespace dbackup::postgres
