#include "server_settings.h"

#include <dbackup/sdk/error.h>

#include "quoting.h"

namespace dbackup::postgres {

ServerSettings::ServerSettings(const sdk::Settings& settings)
    : host(settings.text("host", "localhost")),
      port(std::to_string(settings.integer("port", 5432))),
      user(settings.text("user")),
      password(settings.secret("password")),
      databases(settings.list("database")),
      sslmode(settings.text("sslmode", "prefer")),
      ssl_root_cert(settings.text("sslRootCert")),
      ssl_cert(settings.text("sslCert")),
      ssl_key(settings.text("sslKey")),
      connect_timeout(settings.seconds("connectTimeout", std::chrono::seconds(8))),
      physical(settings.text("mode", "logical") == "physical"),
      data_folder(settings.text("dataFolder")),
      parallel(static_cast<std::size_t>(settings.integer("parallel", 1))) {
    for (const auto& [key, option] : {std::pair("excludeSchemas", "--exclude-schema="),
                                      {"excludeTables", "--exclude-table="},
                                      {"excludeTableData", "--exclude-table-data="}}) {
        for (const auto& pattern : settings.list(key)) {
            exclusions.push_back(option + pattern);
        }
    }
    // A line of the password file ends there.
    if (password.reveal().find_first_of("\r\n") != std::string::npos) {
        throw sdk::Error(sdk::ErrorKind::Settings,
                         "the password of the PostgreSQL server has a line break in it",
                         "Give the account another password");
    }
}

void ServerSettings::applyTo(sdk::Command& command) const {
    command.env("PGHOST", host)
        .env("PGPORT", port)
        .env("PGUSER", user)
        .env("PGSSLMODE", sslmode)
        .env("PGAPPNAME", "dbackup");
    command.env("PGCONNECT_TIMEOUT", std::to_string(connect_timeout.count()));
    for (const auto& [name, value] :
         {std::pair("PGSSLROOTCERT", ssl_root_cert), {"PGSSLCERT", ssl_cert}, {"PGSSLKEY", ssl_key}}) {
        if (!value.empty()) command.env(name, value);
    }
    if (!password.empty()) {
        command.env(
            "PGPASSFILE",
            command.secretFile(sdk::SecretString("*:*:*:*:" + quotePassfile(password.reveal()) + "\n")));
    }
}

std::string databaseArgument(const std::string& database) {
    return "--dbname=dbname=" + quoteConninfo(database);
}

}  // namespace dbackup::postgres
