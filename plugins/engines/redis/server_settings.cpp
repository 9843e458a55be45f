#include "server_settings.h"

#include <array>
#include <utility>

#include <dbackup/sdk/error.h>

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::array<std::pair<std::string_view, TlsMode>, 4> tls_modes = {{
    {"disabled", TlsMode::Disabled},
    {"required", TlsMode::Required},
    {"verify-ca", TlsMode::VerifyCa},
    {"verify-identity", TlsMode::VerifyIdentity},
}};

TlsMode tlsModeFrom(const sdk::Settings& settings) {
    const std::string name = settings.text("tlsMode", "disabled");
    for (const auto& [known, mode] : tls_modes) {
        if (known != name) continue;
        return mode == TlsMode::Disabled && settings.flag("tls") ? TlsMode::Required : mode;
    }
    throw Error(ErrorKind::Settings, "'" + name + "' is no tlsMode");
}

}  // namespace

ServerSettings::ServerSettings(const sdk::Settings& settings)
    : host(settings.text("host", "localhost")),
      port(static_cast<std::uint16_t>(settings.integer("port", 6379))),
      username(settings.text("username")),
      password(settings.secret("password")),
      tls(tlsModeFrom(settings)),
      tls_ca(settings.text("tlsCa")),
      tls_cert(settings.text("tlsCert")),
      tls_key(settings.text("tlsKey")),
      restore_host(settings.text("restoreHost")),
      restore_port(static_cast<std::uint16_t>(settings.integer("restorePort", 0))),
      connect_timeout(settings.seconds("connectTimeout", std::chrono::seconds(8))) {
    if (tls_cert.empty() != tls_key.empty()) {
        throw Error(ErrorKind::Settings, "a client certificate needs its key, and a key its certificate");
    }
    if (!username.empty() && password.empty()) {
        throw Error(ErrorKind::Settings, "the user " + username + " has no password", "Set password");
    }
}

std::string ServerSettings::name() const {
    return "Redis server " + host + ":" + std::to_string(port);
}

}  // namespace dbackup::redis
