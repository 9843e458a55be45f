#include "files_engine.h"

#include <algorithm>
#include <cerrno>

#include <archive.h>
#include <fcntl.h>

#include <dbackup/sdk/error.h>

#include "names.h"

namespace dbackup::files {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// "/srv/app/" and "/srv//app" are "/srv/app". Empty when it is not absolute or leads upwards.
std::string normalized(const std::string& path) {
    if (path.empty() || path.front() != '/') return {};
    const auto below = memberPath("." + path);
    return below ? "/" + *below : std::string();
}

std::vector<std::string> foldersIn(const sdk::Settings& settings, const char* key) {
    std::vector<std::string> folders;
    for (const std::string& text : settings.list(key)) {
        std::string folder = normalized(text);
        if (folder.empty()) {
            throw Error(ErrorKind::Settings,
                        std::string(key) + ": '" + text + "' is no absolute path without \"..\"");
        }
        if (std::find(folders.begin(), folders.end(), folder) == folders.end()) {
            folders.push_back(std::move(folder));
        }
    }
    return folders;
}

void requireReadable(const std::string& folder) {
    const sdk::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) throw sdk::systemError("cannot read folder " + folder, errno);
}

}  // namespace

FilesEngine::FilesEngine(const sdk::Settings& settings)
    : folders_(foldersIn(settings, "folders")),
      restore_folders_(foldersIn(settings, "restoreFolders")),
      rules_{
          Globs(settings.list("include")), Globs(settings.list("exclude")), settings.flag("oneFileSystem")} {}

sdk::ServerInfo FilesEngine::test(sdk::RunContext& /*run*/) {
    for (const std::string& folder : folders_)
        requireReadable(folder);
    return {ARCHIVE_VERSION_ONLY_STRING,
            "",
            folders_.size() == 1 ? "The folder can be read"
                                 : "All " + std::to_string(folders_.size()) + " folders can be read"};
}

std::vector<sdk::DatabaseInfo> FilesEngine::databases(sdk::RunContext& /*run*/) {
    std::vector<sdk::DatabaseInfo> found;
    for (const std::string& folder : folders_)
        found.push_back({folder, 0});
    return found;
}

void FilesEngine::dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) {
    if (request.contents != "database") {
        throw Error(ErrorKind::Unsupported, "folders have no " + request.contents);
    }
    const std::string folder = normalized(request.database);
    if (std::find(folders_.begin(), folders_.end(), folder) == folders_.end()) {
        throw Error(ErrorKind::NotFound,
                    "'" + request.database + "' is no folder of this source",
                    "add it to the source's folders, or take it out of the job's databases");
    }
    FolderDump dump(folder, rules_, run);
    const auto sink = output.object(
        {request.database, "tar", "database", R"({"libarchive":")" ARCHIVE_VERSION_ONLY_STRING R"("})"});
    dump.writeTo(*sink);
    sink->finish();
}

void FilesEngine::checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& /*run*/) {
    if (request.object.format != "tar") {
        throw Error(ErrorKind::Unsupported,
                    "folders cannot be restored from format '" + request.object.format + "'");
    }
    checkTarget(targetOf(request), request);
}

void FilesEngine::restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) {
    checkRestore(request, run);
    restoreFolder(targetOf(request), request, source, run);
}

RestoreTarget FilesEngine::targetOf(const sdk::RestoreRequest& request) const {
    const std::string folder =
        normalized(request.database.empty() ? request.object.database : request.database);
    if (folder.empty()) {
        throw Error(ErrorKind::Settings,
                    "'" + request.database + "' is no absolute path without \"..\"",
                    "give the folder to restore into, like /srv/restored");
    }
    if (std::find(folders_.begin(), folders_.end(), folder) != folders_.end()) return {folder, ""};
    for (const std::string& base : restore_folders_) {
        const std::string_view top = base == "/" ? std::string_view() : std::string_view(base);
        if (folder.size() > top.size() + 1 && isWithin(folder, top)) {
            return {base, folder.substr(top.size() + 1)};
        }
    }
    throw Error(ErrorKind::Permission,
                "restores into " + folder + " are not allowed",
                "restore into one of the source's folders, or add the folder above it to its restoreFolders");
}

}  // namespace dbackup::files
