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
    values.reserve(rows.size());
    for (const auto& row : rows) {
        values.push_back(row.front());
    }
    return values;
}

/// Columns of pg_database that not every version has come by way of JSON: an absent one is "".
void readLocale(Connection& connection, DatabaseProperties& properties) {
    const auto rows = connection.query(R"(
        SELECT pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, j->>'datlocprovider',
               coalesce(j->>'datlocale', j->>'daticulocale'), j->>'daticurules', pg_get_userbyid(d.datdba),
               d.datacl IS NOT NULL, shobj_description(d.oid, 'pg_database')
        FROM pg_database d, to_jsonb(d) j WHERE d.datname = current_database())");
    const auto& row = rows.at(0);
    properties.encoding = row.at(0);
    properties.collate = row.at(1);
    properties.ctype = row.at(2);
    properties.locale_provider = row.at(3);
    properties.locale = row.at(4);
    properties.icu_rules = row.at(5);
    properties.owner = row.at(6);
    properties.has_grants = row.at(7) == "t";
    properties.comment = row.at(8);
}

/// Who owns objects or has privileges is recorded in pg_shdepend, but for the superuser that initdb made
/// (10).
constexpr const char* roles_within = R"(
    WITH this AS (SELECT oid, datdba FROM pg_database WHERE datname = current_database())
    SELECT r.rolname FROM pg_roles r, this
    WHERE r.oid IN (SELECT s.refobjid FROM pg_shdepend s WHERE s.refclassid = 'pg_authid'::regclass
                    AND (s.dbid = this.oid OR s.classid = 'pg_database'::regclass AND s.objid = this.oid))
       OR r.oid = this.datdba
       OR r.oid = 10 AND EXISTS (
            SELECT 1 FROM (SELECT 'pg_class'::regclass AS class, oid, relowner AS owner FROM pg_class
                           UNION ALL SELECT 'pg_proc'::regclass, oid, proowner FROM pg_proc
                           UNION ALL SELECT 'pg_type'::regclass, oid, typowner FROM pg_type
                           UNION ALL SELECT 'pg_namespace'::regclass, oid, nspowner FROM pg_namespace
                           UNION ALL SELECT 'pg_largeobject'::regclass, oid, lomowner
                                     FROM pg_largeobject_metadata) o
            WHERE o.owner = 10 AND (o.oid >= 16384 OR o.class = 'pg_largeobject'::regclass)
              AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid
                              AND d.deptype = 'e'))
    ORDER BY 1)";

constexpr const char* tablespaces_within =
    "SELECT spcname FROM pg_tablespace WHERE oid IN (SELECT reltablespace FROM pg_class) AND spcname <> "
    "'pg_global' ORDER BY 1";

void readSettings(Connection& connection, DatabaseProperties& properties) {
    const auto rows = connection.query(
        std::string(
            "SELECT coalesce(r.rolname, ''), c.text FROM pg_db_role_setting s LEFT JOIN pg_roles r "
            "ON r.oid = s.setrole, unnest(s.setconfig) WITH ORDINALITY c(text, n) WHERE s.setdatabase = ") +
        this_database + " ORDER BY 1, c.n");
    for (const auto& row : rows) {
        properties.settings.push_back({row.at(0), row.at(1)});
    }
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

std::vector<Poco::JSON::Object::Ptr> objectsIn(const Poco::JSON::Object& json, const std::string& key) {
    std::vector<Poco::JSON::Object::Ptr> objects;
    const auto array = json.getArray(key);
    for (std::size_t i = 0; array && i < array->size(); ++i) {
        const auto object = array->getObject(static_cast<unsigned>(i));
        if (object) objects.push_back(object);
    }
    return objects;
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

/// "search_path", or "app.tenant": both parts are names of their own.
std::string quoteSetting(const std::string& key) {
    const std::size_t dot = key.find('.');
    return dot == std::string::npos ? quoteName(key)
                                    : quoteName(key.substr(0, dot)) + "." + quoteName(key.substr(dot + 1));
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
    properties.roles = firstColumn(connection.query(roles_within));
    properties.tablespaces = firstColumn(connection.query(tablespaces_within));
    readSettings(connection, properties);
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
    Poco::JSON::Array::Ptr setting_list = new Poco::JSON::Array;
    for (const auto& setting : settings) {
        Poco::JSON::Object::Ptr entry = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
        entry->set("role", setting.role);
        entry->set("text", setting.text);
        setting_list->add(entry);
    }
    Poco::JSON::Object json(Poco::JSON_PRESERVE_KEY_ORDER);
    json.set("serverVersion", server_version);
    json.set("serverMajor", server_major);
    json.set("toolMajor", tool_major);
    if (data_apart) json.set("dataApart", true);
    json.set("encoding", encoding);
    json.set("collate", collate);
    json.set("ctype", ctype);
    json.set("localeProvider", locale_provider);
    json.set("locale", locale);
    json.set("icuRules", icu_rules);
    json.set("owner", owner);
    json.set("comment", comment);
    json.set("roles", toArray(roles));
    json.set("tablespaces", toArray(tablespaces));
    json.set("settings", setting_list);
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
        const auto number = [&](const std::string& key) {
            return json->has(key) ? json->getValue<int>(key) : 0;
        };
        const auto word = [](const Poco::JSON::Object::Ptr& object, const std::string& key) {
            return object->optValue<std::string>(key, "");
        };
        DatabaseProperties properties;
        properties.server_version = word(json, "serverVersion");
        properties.server_major = number("serverMajor");
        properties.tool_major = number("toolMajor");
        properties.data_apart = json->optValue<bool>("dataApart", false);
        properties.encoding = word(json, "encoding");
        properties.collate = word(json, "collate");
        properties.ctype = word(json, "ctype");
        properties.locale_provider = word(json, "localeProvider");
        properties.locale = word(json, "locale");
        properties.icu_rules = word(json, "icuRules");
        properties.owner = word(json, "owner");
        properties.comment = word(json, "comment");
        properties.roles = textsIn(*json, "roles");
        properties.tablespaces = textsIn(*json, "tablespaces");
        properties.has_grants = json->optValue<bool>("hasGrants", false);
        for (const auto& entry : objectsIn(*json, "settings")) {
            properties.settings.push_back({word(entry, "role"), word(entry, "text")});
        }
        for (const auto& entry : objectsIn(*json, "grants")) {
            properties.grants.push_back({word(entry, "grantee"),
                                         word(entry, "privilege"),
                                         entry->optValue<bool>("grantable", false)});
        }
        return properties;
    } catch (const Poco::Exception& error) {
        throw Error(ErrorKind::Settings,
                    "the backup's record of the database cannot be read: " + error.displayText());
    }
}

std::vector<std::string> createStatements(const DatabaseProperties& properties,
                                          const std::string& name,
                                          int server_major) {
    std::string plain = "CREATE DATABASE " + quoteName(name) + " TEMPLATE template0";
    if (!properties.encoding.empty()) plain += " ENCODING " + quoteText(properties.encoding);
    std::string full = plain;
    if (!properties.collate.empty()) full += " LC_COLLATE " + quoteText(properties.collate);
    if (!properties.ctype.empty()) full += " LC_CTYPE " + quoteText(properties.ctype);
    if (server_major >= 15 && properties.locale_provider == "i") {
        full += " LOCALE_PROVIDER icu ICU_LOCALE " + quoteText(properties.locale);
        if (!properties.icu_rules.empty()) full += " ICU_RULES " + quoteText(properties.icu_rules);
    } else if (server_major >= 17 && properties.locale_provider == "b") {
        full += " LOCALE_PROVIDER builtin BUILTIN_LOCALE " + quoteText(properties.locale);
    } else if (server_major >= 15 && properties.locale_provider == "c") {
        full += " LOCALE_PROVIDER libc";
    }
    const std::string libc = server_major >= 15 ? " LOCALE_PROVIDER libc" : "";
    return {full, plain, plain + " LC_COLLATE 'C' LC_CTYPE 'C'" + libc};
}

std::vector<std::string> settingStatements(const DatabaseProperties& properties,
                                           const std::string& name,
                                           bool no_owner) {
    const std::string database = "DATABASE " + quoteName(name);
    std::vector<std::string> statements;
    if (!properties.comment.empty()) {
        statements.push_back("COMMENT ON " + database + " IS " + quoteText(properties.comment));
    }
    for (const auto& [role, text] : properties.settings) {
        const std::size_t at = text.find('=');
        if (at == std::string::npos || (no_owner && !role.empty())) continue;
        const std::string key = text.substr(0, at);
        const std::string value = text.substr(at + 1);
        const std::string who = role.empty() ? database : "ROLE " + quoteName(role) + " IN " + database;
        statements.push_back("ALTER " + who + " SET " + quoteSetting(key) + " TO " +
                             (isQuotedList(key) && !value.empty() ? value : quoteText(value)));
    }
    return statements;
}

std::vector<std::string> ownerStatements(const DatabaseProperties& properties, const std::string& name) {
    const std::string database = "DATABASE " + quoteName(name);
    std::vector<std::string> statements;
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
