#include "server_settings.h"

#include <array>
#include <utility>

#include <dbackup/sdk/error.h>

#include "quoting.h"

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::array<std::pair<std::string_view, TlsMode>, 5> tls_modes = {{
    {"disabled", TlsMode::Disabled},
    {"preferred", TlsMode::Preferred},
    {"required", TlsMode::Required},
    {"verify-ca", TlsMode::VerifyCa},
    {"verify-identity", TlsMode::VerifyIdentity},
}};

TlsMode tlsModeFrom(const sdk::Settings& settings) {
    const std::string name = settings.text("tlsMode", "preferred");
    for (const auto& [known, mode] : tls_modes) {
        if (known != name) continue;
        if (!settings.flag("disableSsl")) return mode;
        if (mode <= TlsMode::Preferred) return TlsMode::Disabled;
        throw Error(ErrorKind::Settings,
                    "disableSsl is set, and tlsMode asks for " + name,
                    "Clear disableSsl, which is known for compatibility");
    }
    throw Error(ErrorKind::Settings, "'" + name + "' is no tlsMode");
}

std::string option(std::string_view name, std::string_view value) {
    return value.empty() ? std::string() : std::string(name) + "=" + quoteOption(value) + "\n";
}

}  // namespace

ServerSettings::ServerSettings(const sdk::Settings& settings)
    : host(settings.text("host", "localhost")),
      port(static_cast<unsigned>(settings.integer("port", 3306))),
      user(settings.text("user")),
      password(settings.secret("password")),
      databases(settings.list("database")),
      tls(tlsModeFrom(settings)),
      tls_ca(settings.text("tlsCa")),
      tls_cert(settings.text("tlsCert")),
      tls_key(settings.text("tlsKey")),
      connect_timeout(settings.seconds("connectTimeout", std::chrono::seconds(8))),
      physical(settings.text("mode", "logical") == "physical"),
      data_folder(settings.text("dataFolder")) {
    if (host.starts_with('/')) std::swap(host, socket);
    if (tls == TlsMode::VerifyCa && tls_ca.empty()) {
        throw Error(ErrorKind::Settings,
                    "tlsMode verify-ca needs the certificate of an authority to trust",
                    "Set tlsCa to a PEM file");
    }
    if (tls_cert.empty() != tls_key.empty()) {
        throw Error(ErrorKind::Settings, "a client certificate needs its key, and a key its certificate");
    }
}

std::string ServerSettings::place() const {
    return socket.empty() ? host + ":" + std::to_string(port) : socket;
}

sdk::SecretString ServerSettings::optionFile(bool mariadb) const {
    std::string text = "[client]\n";
    if (socket.empty()) {
        text += option("host", host) + option("port", std::to_string(port)) + "protocol=tcp\n";
    } else {
        text += option("socket", socket) + "protocol=socket\n";
    }
    text += option("user", user);
    // Without a password the tools would ask for one, of nobody.
    text += "password=" + quoteOption(password.reveal()) + "\n";
    if (mariadb) {
        text += tls == TlsMode::Disabled ? "skip-ssl\n" : "ssl\n";
        // Newer clients verify unless told otherwise.
        text += tls == TlsMode::VerifyIdentity ? "ssl-verify-server-cert\n"
                                               : "loose-skip-ssl-verify-server-cert\n";
    } else {
        constexpr std::array<const char*, 6> modes = {
            "", "DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"};
        text += std::string("ssl-mode=") + modes.at(static_cast<std::size_t>(tls)) + "\n";
    }
    if (tls != TlsMode::Disabled) {
        text += option("ssl-ca", tls_ca) + option("ssl-cert", tls_cert) + option("ssl-key", tls_key);
    }
    return sdk::SecretString(std::move(text));
}

}  // namespace dbackup::mysql
