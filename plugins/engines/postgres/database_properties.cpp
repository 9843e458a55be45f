#include "database_properties.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include "quoting.h"

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr const char* this_database = "(SELECT oid FROM pg_database WHERE datname = current_database())";

std::vector<std::string> firstColumn(const std::vector<Connection::Row>& rows) {
    std::vector<std::string> values;
    for (const auto& row : rows) {
        values.push_back(row.front());
    }
    return values;
}

/// Columns of pg_database that not every version has come by way of JSON: an absent one is "".
void readLocale(Connection& connection, DatabaseProperties& properties) {
    const auto rows = connection.query(
        "SELECT pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, j->>'datlocprovider', "
        "coalesce(j->>'datlocale', j->>'daticulocale'), pg_get_userbyid(d.datdba), d.datacl IS NOT NULL "
        "FROM pg_database d, to_jsonb(d) j WHERE d.datname = current_database()");
    const auto& row = rows.at(0);
    properties.encoding = row.at(0);
    properties.collate = row.at(1);
    properties.ctype = row.at(2);
    properties.locale_provider = row.at(3);
    properties.locale = row.at(4);
    properties.owner = row.at(5);
    properties.has_grants = row.at(6) == "t";
}

void readGrants(Connection& connection, DatabaseProperties& properties) {
    const auto rows = connection.query(
        std::string("SELECT CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END, "
                    "a.privilege_type, a.is_grantable "
                    "FROM pg_database d, aclexplode(d.datacl) a WHERE d.oid = ") +
        this_database + " ORDER BY 1, 2");
    for (const auto& row : rows) {
        properties.grants.push_back({row.at(0), row.at(1), row.at(2) == "t"});
    }
}

template <class Texts>
Poco::JSON::Array::Ptr toArray(const Texts& texts) {
    Poco::JSON::Array::Ptr array = new Poco::JSON::Array;
    for (const auto& text : texts) {
        array->add(text);
    }
    return array;
}

std::vector<std::string> textsIn(const Poco::JSON::Object& json, const std::string& key) {
    std::vector<std::string> texts;
    const auto array = json.getArray(key);
    for (std::size_t i = 0; array && i < array->size(); ++i) {
        texts.push_back(array->get(static_cast<unsigned>(i)).convert<std::string>());
    }
    return texts;
}

/// Their values are lists that are stored quoted already (GUC_LIST_QUOTE in PostgreSQL's guc tables).
bool isQuotedList(const std::string& name) {
    static constexpr std::array<std::string_view, 6> names = {"local_preload_libraries",
                                                              "search_path",
                                                              "session_preload_libraries",
                                                              "shared_preload_libraries",
                                                              "temp_tablespaces",
                                                              "unix_socket_directories"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string nameOf(const std::string& role) {
    return role.empty() ? "PUBLIC" : quoteName(role);
}

}  // namespace

DatabaseProperties DatabaseProperties::read(Connection& connection) {
    DatabaseProperties properties;
    properties.server_version = connection.serverVersionText();
    properties.server_major = connection.serverMajor();
    readLocale(connection, properties);
    if (properties.has_grants) readGrants(connection, properties);
    // The superuser that initdb made owns what nobody else does, and is not in pg_shdepend.
    properties.roles = firstColumn(connection.query(
        std::string("SELECT DISTINCT r.rolname FROM pg_roles r WHERE r.oid = 10 OR r.oid IN "
                    "(SELECT s.refobjid FROM pg_shdepend s WHERE s.refclassid = 'pg_authid'::regclass AND "
                    "(s.dbid = ") +
        this_database + " OR s.classid = 'pg_database'::regclass AND s.objid = " + this_database +
        ")) ORDER BY 1"));
    properties.settings = firstColumn(connection.query(
        std::string("SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setrole = 0 AND setdatabase = ") +
        this_database));
    return properties;
}

std::string DatabaseProperties::toJson() const {
    Poco::JSON::Array::Ptr grant_list = new Poco::JSON::Array;
    for (const auto& grant : grants) {
        Poco::JSON::Object::Ptr entry = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
        entry->set("grantee", grant.grantee);
        entry->set("privilege", grant.privilege);
        entry->set("grantable", grant.grantable);
        grant_list->add(entry);
    }
    Poco::JSON::Object json(Poco::JSON_PRESERVE_KEY_ORDER);
    json.set("serverVersion", server_version);
    json.set("serverMajor", server_major);
    json.set("toolMajor", tool_major);
    json.set("encoding", encoding);
    json.set("collate", collate);
    json.set("ctype", ctype);
    json.set("localeProvider", locale_provider);
    json.set("locale", locale);
    json.set("owner", owner);
    json.set("roles", toArray(roles));
    json.set("settings", toArray(settings));
    json.set("hasGrants", has_grants);
    json.set("grants", grant_list);
    std::ostringstream out;
    json.stringify(out);
    return out.str();
}

DatabaseProperties DatabaseProperties::fromJson(const std::string& text) {
    try {
        Poco::JSON::Parser parser;
        const auto json = parser.parse(text).extract<Poco::JSON::Object::Ptr>();
        DatabaseProperties properties;
        properties.server_version = json->optValue<std::string>("serverVersion", "");
        properties.server_major = json->optValue<int>("serverMajor", 0);
        properties.tool_major = json->optValue<int>("toolMajor", 0);
        properties.encoding = json->optValue<std::string>("encoding", "");
        properties.collate = json->optValue<std::string>("collate", "");
        properties.ctype = json->optValue<std::string>("ctype", "");
        properties.locale_provider = json->optValue<std::string>("localeProvider", "");
        properties.locale = json->optValue<std::string>("locale", "");
        properties.owner = json->optValue<std::string>("owner", "");
        properties.roles = textsIn(*json, "roles");
        properties.settings = textsIn(*json, "settings");
        properties.has_grants = json->optValue<bool>("hasGrants", false);
        const auto list = json->getArray("grants");
        for (std::size_t i = 0; list && i < list->size(); ++i) {
            const auto entry = list->getObject(static_cast<unsigned>(i));
            properties.grants.push_back({entry->optValue<std::string>("grantee", ""),
                                         entry->optValue<std::string>("privilege", ""),
                                         entry->optValue<bool>("grantable", false)});
        }
        return properties;
    } catch (const Poco::Exception& error) {
        throw Error(ErrorKind::Settings,
                    "the backup's record of the database cannot be read: " + error.displayText());
    }
}

std::string createStatement(const DatabaseProperties& properties, const std::string& name, int server_major) {
    std::string sql = "CREATE DATABASE " + quoteName(name) + " TEMPLATE template0";
    if (!properties.encoding.empty()) sql += " ENCODING" + quoteText(properties.encoding);
    if (!properties.collate.empty()) sql += " LC_COLLATE" + quoteText(properties.collate);
    if (!properties.ctype.empty()) sql += " LC_CTYPE" + quoteText(properties.ctype);
    if (server_major >= 15 && properties.locale_provider == "i") {
        sql += " LOCALE_PROVIDER icu ICU_LOCALE" + quoteText(properties.locale);
    } else if (server_major >= 17 && properties.locale_provider == "b") {
        sql += " LOCALE_PROVIDER builtin BUILTIN_LOCALE" + quoteText(properties.locale);
    } else if (server_major >= 15 && properties.locale_provider == "c") {
        sql += " LOCALE_PROVIDER libc";
    }
    return sql;
}

std::vector<std::string> alterStatements(const DatabaseProperties& properties,
                                         const std::string& name,
                                         bool no_owner) {
    const std::string database = "DATABASE " + quoteName(name);
    std::vector<std::string> statements;
    for (const auto& setting : properties.settings) {
        const std::size_t at = setting.find('=');
        if (at == std::string::npos) continue;
        const std::string key = setting.substr(0, at);
        const std::string value = setting.substr(at + 1);
        statements.push_back("ALTER " + database + " SET " + quoteName(key) + " TO " +
                             (isQuotedList(key) && !value.empty() ? value : quoteText(value)));
    }
    if (no_owner) {
        return statements;
    }
    if (properties.has_grants) {
        statements.push_back("REVOKE ALL ON " + database + " FROM PUBLIC");
        for (const auto& grant : properties.grants) {
            statements.push_back("GRANT " + grant.privilege + " ON " + database + " TO " +
                                 nameOf(grant.grantee) + (grant.grantable ? " WITH GRANT OPTION" : ""));
        }
    }
    if (!properties.owner.empty()) {
        statements.push_back("ALTER " + database + " OWNER TO " + quoteName(properties.owner));
    }
    return statements;
}

}  // namespace dbackup::postgres
