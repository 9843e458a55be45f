#include "local_target.h"

#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>
#include <dbackup/sdk/probe.h>

#include "file_list.h"
#include "object_file.h"

namespace dbackup::local {

namespace {

using sdk::Error;
using sdk::ErrorKind;

std::string basePathOf(const sdk::Settings& settings) {
    std::string path = settings.text("basePath", "/backups");
    if (!path.starts_with('/')) {
        throw Error(ErrorKind::Settings, "basePath must be an absolute path, \"" + path + "\" is none");
    }
    return path;
}

/// Unlinks a file and the folders that it leaves empty. @return false when it was not there
bool removeFile(const BaseFolder& base, std::vector<std::string> parts, const std::string& name) {
    const std::string file_name = std::move(parts.back());
    parts.pop_back();
    const std::optional<FolderChain> folder = base.find(parts);
    if (!folder) return false;
    const bool removed = unlinkat(folder->innermost(), file_name.c_str(), 0) == 0;
    if (!removed && errno != ENOENT) throw sdk::systemError("cannot remove " + base.fullPath(name), errno);
    base.prune(std::move(parts));
    return removed;
}

}  // namespace

LocalTarget::LocalTarget(const sdk::Settings& settings) : base_(basePathOf(settings)) {}

sdk::TargetLimits LocalTarget::limits() const {
    return {};
}

std::string LocalTarget::test(sdk::RunContext& run) {
    sdk::probe(*this, run);
    return "A file was written, read and removed in " + base_.path() + freeSpace();
}

std::string LocalTarget::freeSpace() const {
    struct statvfs info {};
    if (statvfs(base_.path().c_str(), &info) != 0) return {};
    const double gigabytes = static_cast<double>(info.f_bavail) * static_cast<double>(info.f_frsize) / 1e9;
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "; %.1f GB are free there", gigabytes);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::unique_ptr<sdk::ObjectWriter> LocalTarget::create(const sdk::ObjectSpec& spec, sdk::RunContext& run) {
    run.throwIfStopped();
    return std::make_unique<FileWriter>(base_, spec, run);
}

std::unique_ptr<sdk::ObjectReader> LocalTarget::open(const std::string& name,
                                                     sdk::ByteRange range,
                                                     sdk::RunContext& run) {
    run.throwIfStopped();
    return std::make_unique<FileReader>(base_, name, range, run);
}

std::optional<sdk::ObjectInfo> LocalTarget::stat(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    std::vector<std::string> parts = sdk::partsOf(name);
    const std::string file_name = std::move(parts.back());
    parts.pop_back();
    const std::optional<FolderChain> folder = base_.find(parts);
    struct stat info {};
    if (!folder) return std::nullopt;
    if (fstatat(folder->innermost(), file_name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return std::nullopt;
        throw sdk::systemError("cannot look at " + base_.fullPath(name), errno);
    }
    return S_ISREG(info.st_mode) ? std::optional(infoOf(name, info)) : std::nullopt;
}

void LocalTarget::list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) {
    FileList(base_, callback, run).walk(prefix);
}

bool LocalTarget::remove(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    return removeFile(base_, sdk::partsOf(name), name);
}

void LocalTarget::cleanup(const std::string& token, sdk::RunContext& run) {
    run.throwIfStopped();
    const std::size_t slash = token.find_last_of('/');
    const std::string temporary = slash == std::string::npos ? token : token.substr(slash + 1);
    if (!sdk::isTemporaryName(temporary)) {
        throw Error(ErrorKind::Settings, "\"" + token + "\" is no leftover of a local folder");
    }
    std::vector<std::string> parts;
    if (slash != std::string::npos) parts = sdk::partsOf(token.substr(0, slash));
    parts.push_back(temporary);
    removeFile(base_, std::move(parts), token);
}

}  // namespace dbackup::local
