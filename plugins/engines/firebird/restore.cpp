#include "restore.h"

#include <charconv>
#include <optional>
#include <random>
#include <utility>

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "backup.h"
#include "client_tools.h"
#include "database_state.h"
#include "target_database.h"

namespace dbackup::firebird {

using sdk::Error;
using sdk::ErrorKind;
using sdk::LogLevel;

namespace {

/// "3.0.11" -> {3, 0}
std::pair<int, int> release(const std::string& version) {
    const std::size_t dot = version.find('.');
    if (dot == std::string::npos) return {};
    std::pair<int, int> numbers;
    std::from_chars(version.data(), version.data() + dot, numbers.first);
    std::from_chars(version.data() + dot + 1, version.data() + version.size(), numbers.second);
    return numbers;
}

std::string versionOf(const std::string& metadata) {
    try {
        Poco::JSON::Parser parser;
        return parser.parse(metadata).extract<Poco::JSON::Object::Ptr>()->optValue<std::string>("server", "");
    } catch (const Poco::Exception& error) {
        throw Error(ErrorKind::Integrity, "the backup's metadata is not readable: " + error.displayText());
    }
}

void requireRequest(const sdk::RestoreRequest& request) {
    if (request.object.format != "fbk" || request.object.contents != "database") {
        throw Error(ErrorKind::Unsupported,
                    "Firebird cannot restore " + request.object.contents + " in format '" +
                        request.object.format + "'");
    }
    if (request.no_owner) {
        throw Error(ErrorKind::Unsupported,
                    "gbak restores owners and privileges with everything else",
                    "Restore it without \"noOwner\"");
    }
    // gbak takes the name as an argument of its own, in which the server tells words by quotes.
    const std::string& name = request.database;
    if (name.empty() || name.front() == '-' || name.find_first_of("\r\n") != std::string::npos) {
        throw Error(ErrorKind::Settings,
                    "'" + name + "' is no name for a database to restore into",
                    "Give an alias, or an absolute path on the server's machine");
    }
}

void requireVersion(const std::string& backup, const std::string& server, const std::string& place) {
    if (release(backup) <= release(server)) return;
    throw Error(ErrorKind::Unsupported,
                "the backup is of Firebird " + backup + ", and " + place + " runs " + server,
                "Restore it on a server of that version or a newer one");
}

/// What stands where the restore is to go; nothing when the place is free.
std::optional<DatabaseState> present(const ServerSettings& server,
                                     const std::string& database,
                                     sdk::RunContext& run) {
    try {
        return DatabaseState::look(ClientTools(server, run), server, database);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        return std::nullopt;
    }
}

std::optional<DatabaseState> checked(const ServerSettings& server,
                                     const sdk::RestoreRequest& request,
                                     sdk::RunContext& run) {
    requireRequest(request);
    const ClientTools tools(server, run);
    tools.gbak();  // without it there is no restore
    requireVersion(versionOf(request.object.metadata), tools.serverVersion(), server.place());
    auto state = present(server, request.database, run);
    if (!state) return state;
    if (state->objects > 0 && !request.overwrite) {
        throw Error(ErrorKind::AlreadyExists,
                    "database '" + request.database + "' on " + server.place() + " has data",
                    "Set \"overwrite\": true to replace it, or give another name");
    }
    if (state->others > 0) {
        Error busy(ErrorKind::Unavailable,
                   "database '" + request.database + "' on " + server.place() + " is in use by " +
                       std::to_string(state->others) + " other connections and cannot be replaced",
                   "End them and try again");
        throw Error(busy.canRetry());
    }
    return state;
}

/// "<path>.dbackup-<hexadecimal>"
std::string besides(const std::string& path) {
    std::random_device random;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string name = path + ".dbackup-";
    for (int i = 0; i < 8; ++i) {
        name += digits.at(random() % digits.size());
    }
    return name;
}

/// The server cannot rename databases, so what was restored beside the old one is copied into its place.
void replace(const ServerSettings& server,
             const std::string& database,
             TargetDatabase& restored,
             sdk::RunContext& run) {
    run.throwIfStopped();
    sdk::UnstoppableRun steady(run);
    const ClientTools tools(server, steady);
    dropDatabase(tools, database);  // refused while anybody uses it
    restored.keep();
    run.log(
        LogLevel::Info,
        "Database '" + database + "' was dropped and gets its new content from '" + restored.name() + "'");
    try {
        TargetDatabase target(server, database, steady);
        Backup backup(server, restored.name(), steady);
        target.fill(backup, steady);
        target.keep();
    } catch (const Error& error) {
        throw Error(error.kind(),
                    "database '" + database + "' was dropped, and its place was not filled: " + error.what(),
                    "The restored data is whole in database '" + restored.name() +
                        "': move that file to its place, or restore once more and drop it afterwards");
    }
    try {
        dropDatabase(tools, restored.name());
    } catch (const Error& error) {
        run.log(LogLevel::Warning,
                "Database '" + database + "' is restored; '" + restored.name() + "' is left: drop it by hand",
                error.what());
    }
}

}  // namespace

void checkRestore(const ServerSettings& server, const sdk::RestoreRequest& request, sdk::RunContext& run) {
    checked(server, request, run);
}

void restoreDatabase(const ServerSettings& server,
                     const sdk::RestoreRequest& request,
                     sdk::ByteSource& source,
                     sdk::RunContext& run) {
    const auto old = checked(server, request, run);
    TargetDatabase target(server, old ? besides(old->path) : request.database, run);
    target.fill(source, run);
    if (old) {
        replace(server, request.database, target, run);
    } else {
        target.keep();
    }
}

}  // namespace dbackup::firebird
