#include "database_state.h"

#include <charconv>
#include <map>
#include <sstream>

#include <Poco/JSON/Object.h>

#include <dbackup/sdk/error.h>

namespace dbackup::firebird {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// One line per value, for isql has no format for programs. What belongs to the server has a system flag.
constexpr const char* questions = R"sql(
set heading off;
select 'path=' || mon$database_name from mon$database;
select 'pageSize=' || mon$page_size from mon$database;
select 'pages=' || mon$pages from mon$database;
select 'dialect=' || mon$sql_dialect from mon$database;
select 'shutdown=' || mon$shutdown_mode from mon$database;
select 'ods=' || mon$ods_major || '.' || mon$ods_minor from mon$database;
select 'owner=' || trim(mon$owner) from mon$database;
select 'charset=' || trim(coalesce(rdb$character_set_name, 'NONE')) from rdb$database;
select 'version=' || rdb$get_context('SYSTEM', 'ENGINE_VERSION') from rdb$database;
select 'objects=' || (
    (select count(*) from rdb$relations where coalesce(rdb$system_flag, 0) = 0)
  + (select count(*) from rdb$procedures where coalesce(rdb$system_flag, 0) = 0)
  + (select count(*) from rdb$functions where coalesce(rdb$system_flag, 0) = 0)
  + (select count(*) from rdb$packages where coalesce(rdb$system_flag, 0) = 0)
  + (select count(*) from rdb$generators where coalesce(rdb$system_flag, 0) = 0)
  + (select count(*) from rdb$exceptions where coalesce(rdb$system_flag, 0) = 0)
  + (select count(*) from rdb$triggers where coalesce(rdb$system_flag, 0) = 0)
  + (select count(*) from rdb$fields where coalesce(rdb$system_flag, 0) = 0)
  + (select count(*) from rdb$roles where coalesce(rdb$system_flag, 0) = 0)) from rdb$database;
select 'others=' || count(*) from mon$attachments
  where mon$attachment_id <> current_connection and mon$system_flag = 0;
)sql";

using Values = std::map<std::string, std::string, std::less<>>;

const std::string& textOf(const Values& values, const char* key) {
    const auto found = values.find(key);
    if (found == values.end()) {
        throw Error(ErrorKind::Unsupported,
                    std::string("the database did not tell its ") + key,
                    "Firebird 3.0 is the oldest that can be backed up");
    }
    return found->second;
}

template <class Number>
Number numberOf(const Values& values, const char* key) {
    const std::string& text = textOf(values, key);
    Number number{};
    const char* const end = text.data() + text.size();
    if (std::from_chars(text.data(), end, number).ptr != end || text.empty()) {
        throw Error(ErrorKind::Unsupported, std::string(key) + " of the database is no number: " + text);
    }
    return number;
}

}  // namespace

DatabaseState DatabaseState::fromText(const std::string& text) {
    Values values;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find('=');
        if (at == std::string::npos) continue;
        const std::size_t end = line.find_last_not_of(" \r");  // columns are padded
        values[line.substr(0, at)] = line.substr(at + 1, end - at);
    }
    DatabaseState state;
    state.path = textOf(values, "path");
    state.version = textOf(values, "version");
    state.ods = textOf(values, "ods");
    state.charset = textOf(values, "charset");
    state.owner = textOf(values, "owner");
    state.page_size = numberOf<int>(values, "pageSize");
    state.dialect = numberOf<int>(values, "dialect");
    state.shutdown_mode = numberOf<int>(values, "shutdown");
    state.pages = numberOf<std::uint64_t>(values, "pages");
    state.objects = numberOf<std::uint64_t>(values, "objects");
    state.others = numberOf<std::uint64_t>(values, "others");
    return state;
}

DatabaseState DatabaseState::look(const ClientTools& tools,
                                  const ServerSettings& server,
                                  const std::string& database) {
    return fromText(tools.sql(database, questions, server.connect_timeout));
}

std::string DatabaseState::toJson() const {
    Poco::JSON::Object json(Poco::JSON_PRESERVE_KEY_ORDER);
    json.set("server", version);
    json.set("ods", ods);
    json.set("pageSize", page_size);
    json.set("charset", charset);
    json.set("dialect", dialect);
    json.set("owner", owner);
    std::ostringstream text;
    json.stringify(text);
    return text.str();
}

}  // namespace dbackup::firebird
