#include "sqlite_engine.h"

#include <cerrno>

#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "connection.h"
#include "page_reader.h"
#include "restore_file.h"
#include "snapshot.h"

namespace dbackup::sqlite {

using sdk::Error;
using sdk::ErrorKind;

SqliteEngine::SqliteEngine(const sdk::Settings& settings) : path_(settings.text("path")) {
    const std::string check = settings.text("integrityCheck", "full");
    check_ = check == "full" ? "integrity_check" : check == "quick" ? "quick_check" : "";
}

sdk::ServerInfo SqliteEngine::test(sdk::RunContext& run) {
    Connection connection(path_, Connection::Mode::Existing, run);
    const auto tables = connection.integer("SELECT count(*) FROM sqlite_master WHERE type = 'table'");
    return {sqlite3_libversion(), "", "Connection successful: " + std::to_string(tables) + " tables"};
}

std::vector<sdk::DatabaseInfo> SqliteEngine::databases(sdk::RunContext& run) {
    Connection connection(path_, Connection::Mode::Existing, run);
    connection.integer("SELECT count(*) FROM sqlite_master");  // is it a database at all?
    return {{path_.filename().string(), std::filesystem::file_size(path_)}};
}

void SqliteEngine::dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) {
    if (request.contents != "database") {
        throw Error(ErrorKind::Unsupported, "SQLite has no " + request.contents);
    }
    if (request.database != path_.filename().string()) {
        throw Error(ErrorKind::NotFound,
                    "there is no database '" + request.database + "' here",
                    "the file is " + path_.filename().string());
    }
    Snapshot snapshot(path_, run);
    if (!snapshot.isWal() && snapshot.pages() > 0) {
        run.log(sdk::LogLevel::Warning,
                path_.string() +
                    " is not in WAL mode: writers wait until it has been read. PRAGMA journal_mode=WAL lets "
                    "them go on.");
    }
    run.estimate(std::uint64_t{snapshot.pages()} * snapshot.pageBytes());
    if (!check_.empty()) {
        snapshot.check(check_);
    }
    const std::string metadata = std::string(R"({"sqliteVersion":")") + sqlite3_libversion() +
                                 R"(","pageSize":)" + std::to_string(snapshot.pageBytes()) + R"(,"pages":)" +
                                 std::to_string(snapshot.pages()) + "}";
    const auto sink = output.object({request.database, "sqlite", "database", metadata});
    if (snapshot.pages() == 0) {
        sendEmptyDatabase(*sink, run);
    } else {
        sendPages(snapshot, *sink, run);
    }
    sink->finish();
}

void SqliteEngine::checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) {
    if (request.object.format != "sqlite") {
        throw Error(ErrorKind::Unsupported, "SQLite cannot restore format '" + request.object.format + "'");
    }
    const std::filesystem::path target = targetOf(request);
    if (::access(target.parent_path().c_str(), W_OK | X_OK) != 0) {
        throw sdk::systemError("cannot write to folder " + target.parent_path().string(), errno);
    }
    if (!request.overwrite && hasData(target, run)) {
        throw Error(ErrorKind::AlreadyExists,
                    "database " + target.string() + " has data",
                    "set overwrite to replace it, or give another name");
    }
}

void SqliteEngine::restore(const sdk::RestoreRequest& request,
                           sdk::ByteSource& source,
                           sdk::RunContext& run) {
    checkRestore(request, run);
    RestoreFile file(targetOf(request), run);
    file.fill(source);
    file.check();
    file.place();
}

std::filesystem::path SqliteEngine::targetOf(const sdk::RestoreRequest& request) const {
    const std::string& name = request.database;
    if (name.empty() || name == request.object.database || name == path_.filename()) {
        return path_;
    }
    if (name.find('/') != std::string::npos || name == "." || name == ".." || name.front() == '-') {
        throw Error(ErrorKind::Settings,
                    "'" + name + "' is not the name of a file beside " + path_.string(),
                    "give a name without folders, or a source of its own for another folder");
    }
    return path_.parent_path() / name;
}

}  // namespace dbackup::sqlite
