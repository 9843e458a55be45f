#include <cerrno>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>

#include "object_file.h"

namespace dbackup::local {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr mode_t file_mode = 0600;
/// After so many bytes the kernel is told to begin writing, so that the last fsync has little left to wait
/// for.
constexpr std::uint64_t writeback_bytes = 8U << 20;
/// Another run may prune the folder between our making and using it.
constexpr int attempts = 100;

std::string joined(const std::vector<std::string>& parts, const std::string& last) {
    std::string text;
    for (const std::string& part : parts)
        text += part + "/";
    return text + last;
}

}  // namespace

FileWriter::FileWriter(const BaseFolder& base, const sdk::ObjectSpec& spec, sdk::RunContext& run)
    : base_(base), spec_(spec), run_(run), folder_parts_(sdk::partsOf(spec.name)) {
    file_name_ = std::move(folder_parts_.back());
    folder_parts_.pop_back();
    temporary_name_ = sdk::temporaryNameFor(file_name_);
    refuseExisting();
    // Announced before anything exists, folders included: cleanup() prunes them.
    token_ = joined(folder_parts_, temporary_name_);
    run_.leftover(token_);
    try {
        createTemporary();
    } catch (const Error&) {
        giveUp();
        throw;
    }
}

FileWriter::~FileWriter() {
    abort();
}

void FileWriter::fail(const std::string& what, int error_number) const {
    const Error error = sdk::systemError("cannot " + what + " " + base_.fullPath(spec_.name), error_number);
    if (error.kind() != ErrorKind::NoSpace) throw Error(error);
    throw Error(error.kind(), error.what(), "Free space there, or choose another destination");
}

void FileWriter::refuseExisting() const {
    if (spec_.if_exists == sdk::IfExists::Replace) return;
    const std::optional<FolderChain> folder = base_.find(folder_parts_);
    struct stat info {};
    if (folder && fstatat(folder->innermost(), file_name_.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
        fail("make", EEXIST);
    }
}

void FileWriter::createTemporary() {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    for (int attempt = 0; attempt < attempts && !file_; ++attempt) {
        folders_ = base_.make(folder_parts_);
        file_.reset(openat(folders_.innermost(), temporary_name_.c_str(), flags, file_mode));
        if (!file_ && errno != ENOENT) fail("make", errno);
    }
    if (!file_) fail("make", ENOENT);
}

void FileWriter::write(std::span<const std::byte> bytes) {
    run_.throwIfStopped();
    if (!file_) throw Error(ErrorKind::Internal, spec_.name + " is written to after its end");
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(file_.get(), bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) fail("write", errno);
        written_ += static_cast<std::uint64_t>(wrote);
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    startWriteback();
}

void FileWriter::startWriteback() {
    if (written_ - handed_to_disk_ < writeback_bytes) return;
    // A hint only: file systems that cannot do it write at fsync, whose error counts.
    sync_file_range(file_.get(),
                    static_cast<off64_t>(handed_to_disk_),
                    static_cast<off64_t>(written_ - handed_to_disk_),
                    SYNC_FILE_RANGE_WRITE);
    handed_to_disk_ = written_;
}

sdk::ObjectInfo FileWriter::commit() {
    run_.throwIfStopped();
    if (!file_) throw Error(ErrorKind::Internal, spec_.name + " is committed after its end");
    if (spec_.size_bytes && *spec_.size_bytes != written_) {
        throw Error(ErrorKind::Integrity,
                    base_.fullPath(spec_.name) + " got " + std::to_string(written_) + " bytes, " +
                        std::to_string(*spec_.size_bytes) + " were announced");
    }
    if (fsync(file_.get()) != 0) fail("write", errno);
    struct stat info {};
    if (fstat(file_.get(), &info) != 0) fail("look at", errno);
    putInPlace();
    file_.reset();
    run_.leftoverGone(token_);
    token_.clear();
    syncFolders();
    return infoOf(spec_.name, info);
}

void FileWriter::putInPlace() {
    const int folder = folders_.innermost();
    const char* from = temporary_name_.c_str();
    const char* to = file_name_.c_str();
    if (spec_.if_exists == sdk::IfExists::Replace) {
        if (renameat(folder, from, folder, to) != 0) fail("make", errno);
        return;
    }
    if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0) return;
    // Some file systems (NFS) have no such rename; a second link does not overwrite either.
    if (errno != EINVAL && errno != ENOSYS) fail("make", errno);
    if (linkat(folder, from, folder, to, 0) != 0) fail("make", errno);
    if (unlinkat(folder, from, 0) != 0) fail("remove the temporary name of", errno);
}

void FileWriter::syncFolders() const {
    // All of them: any may be new, made by us or at the same time by another writer that has not synced it
    // yet.
    for (auto folder = folders_.folders.rbegin(); folder != folders_.folders.rend(); ++folder) {
        // Some file systems cannot sync a folder and say so; they have nothing to sync then.
        if (fsync(folder->get()) != 0 && errno != EINVAL) fail("make sure of", errno);
    }
}

void FileWriter::abort() noexcept {
    if (token_.empty()) return;
    try {
        giveUp();
    } catch (const std::exception& error) {
        // Its token was not withdrawn: cleanup() will be asked to remove it.
        token_.clear();
        run_.log(
            sdk::LogLevel::Warning,
            "Could not remove the unfinished file of " + base_.fullPath(spec_.name) + ": " + error.what());
    }
}

void FileWriter::giveUp() {
    file_.reset();
    if (!folders_.folders.empty() && unlinkat(folders_.innermost(), temporary_name_.c_str(), 0) != 0 &&
        errno != ENOENT) {
        fail("remove the unfinished file of", errno);
    }
    base_.prune(folder_parts_);
    run_.leftoverGone(token_);
    token_.clear();
}

}  // namespace dbackup::local
