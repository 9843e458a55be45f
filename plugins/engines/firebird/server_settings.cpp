#include "server_settings.h"

#include <cctype>

#include <dbackup/sdk/error.h>

namespace dbackup::firebird {

using sdk::Error;
using sdk::ErrorKind;

namespace {

bool hasLineBreak(const std::string& text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
}

/// "required" -> "Required"; "default" -> ""
std::string wireCryptFrom(const sdk::Settings& settings) {
    std::string word = settings.text("wireCrypt", "default");
    if (word == "default") return {};
    word.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(word.front())));
    return word;
}

}  // namespace

ServerSettings::ServerSettings(const sdk::Settings& settings)
    : host(settings.text("host", "localhost")),
      port(static_cast<unsigned>(settings.integer("port", 3050))),
      user(settings.text("user")),
      password(settings.secret("password")),
      role(settings.text("role")),
      databases(settings.list("database")),
      wire_crypt(wireCryptFrom(settings)),
      connect_timeout(settings.seconds("connectTimeout", std::chrono::seconds(15))) {
    // The tools take the first line of a file for the password.
    if (password.empty() || hasLineBreak(password.reveal())) {
        throw Error(ErrorKind::Settings,
                    "the password is empty or has a line break in it",
                    "Firebird's tools take neither: give the account another one");
    }
    for (const std::string* text : {&user, &role}) {
        if (hasLineBreak(*text) || text->starts_with('-')) {
            throw Error(ErrorKind::Settings, "'" + *text + "' is no name of an account or a role");
        }
    }
}

std::string ServerSettings::place() const {
    return host + ":" + std::to_string(port);
}

std::string ServerSettings::address(const std::string& database) const {
    const bool ipv6 = host.find(':') != std::string::npos;
    return (ipv6 ? "[" + host + "]" : host) + "/" + std::to_string(port) + ":" + database;
}

}  // namespace dbackup::firebird
