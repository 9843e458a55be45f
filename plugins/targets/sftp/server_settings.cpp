#include "server_settings.h"

#include <dbackup/sdk/error.h>

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;

AuthType authTypeFrom(const std::string& text) {
    if (text == "password") return AuthType::Password;
    if (text == "privateKey") return AuthType::PrivateKey;
    if (text == "agent") return AuthType::Agent;
    throw Error(ErrorKind::Settings, "authType must be password, privateKey or agent");
}

std::string withoutEnd(std::string text, char end, std::size_t least) {
    while (text.size() > least && text.back() == end)
        text.pop_back();
    return text;
}

}  // namespace

ServerSettings::ServerSettings(const sdk::Settings& settings)
    : host(settings.text("host")),
      port(static_cast<std::uint16_t>(settings.integer("port", 22))),
      username(settings.text("username")),
      auth(authTypeFrom(settings.text("authType", "password"))),
      password(settings.secret("password")),
      private_key(settings.secret("privateKey")),
      passphrase(settings.secret("passphrase")),
      agent_socket(settings.text("agentSocket")),
      path_prefix(withoutEnd(settings.text("pathPrefix"), '/', 1)),
      host_key(withoutEnd(settings.text("hostKeyFingerprint"), '=', 0)),
      accept_any_host_key(settings.flag("acceptAnyHostKey")),
      connect_timeout(settings.seconds("connectTimeout", std::chrono::seconds(20))),
      answer_timeout(settings.seconds("answerTimeout", std::chrono::seconds(60))) {
    if (host.empty() || username.empty()) throw Error(ErrorKind::Settings, "host and username must be set");
    if (path_prefix.find('\0') != std::string::npos) {
        throw Error(ErrorKind::Settings, "pathPrefix has a character that no path can have");
    }
    if (auth == AuthType::PrivateKey && private_key.empty()) {
        throw Error(
            ErrorKind::Settings, "privateKey is empty", "Give the key's text, or choose another authType");
    }
}

std::string ServerSettings::name() const {
    const bool bracketed = host.find(':') != std::string::npos;
    return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace dbackup::sftp
