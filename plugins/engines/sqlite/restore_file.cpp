#include "restore_file.h"

#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "connection.h"

namespace dbackup::sqlite {

using sdk::Error;
using sdk::ErrorKind;
using sdk::systemError;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr int pages_per_step = 1000;

void syncFolder(const std::filesystem::path& folder) {
    const sdk::UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) {
        throw systemError("cannot put folder " + folder.string() + " on disk", errno);
    }
}

bool isThere(const std::filesystem::path& file) {
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(file, ignored));
}

/// A log or journal without its database would be replayed into whatever comes to lie beside it.
void refuseOrphans(const std::filesystem::path& target) {
    for (const char* suffix : {"-wal", "-journal"}) {
        const std::filesystem::path orphan = target.string() + suffix;
        std::error_code ignored;
        if (isThere(orphan) && std::filesystem::file_size(orphan, ignored) > 0) {
            throw Error(ErrorKind::AlreadyExists,
                        "there is a file " + orphan.string() + " without its database",
                        "move it away: SQLite would play it into the restored database");
        }
    }
}

/// Can SQLite write into it?
bool isSound(const std::filesystem::path& file, sdk::RunContext& run) {
    try {
        Connection connection(file, Connection::Mode::Existing, run);
        return connection.text("PRAGMA quick_check(1)") == "ok";
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Integrity) return false;
        throw;
    }
}

/// In WAL mode SQLite does not change a database's page size.
void makeRoomForPageSize(Connection& from, Connection& to, const std::filesystem::path& target) {
    if (from.integer("PRAGMA page_size") == to.integer("PRAGMA page_size") ||
        to.text("PRAGMA journal_mode") != "wal") {
        return;
    }
    if (to.text("PRAGMA journal_mode = DELETE") != "delete") {
        throw Error(
            ErrorKind::Unavailable,
            "database " + target.string() +
                " is in use, and it cannot be replaced while it is, since the backup has another page size",
            "stop the programs that have it open");
    }
}

}  // namespace

bool hasData(const std::filesystem::path& file, sdk::RunContext& run) {
    std::error_code ignored;
    if (!isThere(file) ||
        (std::filesystem::is_regular_file(file, ignored) && std::filesystem::file_size(file, ignored) == 0)) {
        return false;
    }
    try {
        Connection connection(file, Connection::Mode::Existing, run);
        return connection.integer(
                   "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'") > 0;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Integrity) return true;
        throw;
    }
}

RestoreFile::RestoreFile(std::filesystem::path target, sdk::RunContext& run)
    : target_(std::move(target)), run_(run) {
    std::string pattern =
        (target_.parent_path() / ("." + target_.filename().string() + ".restore-XXXXXX")).string();
    fd_.reset(::mkostemp(pattern.data(), O_CLOEXEC));
    if (!fd_) {
        throw systemError("cannot make a file in " + target_.parent_path().string(), errno);
    }
    temporary_ = pattern;
}

RestoreFile::~RestoreFile() {
    std::error_code error;
    std::filesystem::remove(temporary_, error);
    if (error) {
        run_.log(sdk::LogLevel::Warning, "cannot remove " + temporary_.string() + ": " + error.message());
    }
}

void RestoreFile::fill(sdk::ByteSource& source) {
    std::vector<std::byte> buffer(buffer_bytes);
    bool any = false;
    while (const std::size_t got = source.read(buffer)) {
        run_.throwIfStopped();
        any = true;
        std::size_t put = 0;
        while (put < got) {
            const ssize_t written = ::write(fd_.get(), buffer.data() + put, got - put);
            if (written < 0 && errno != EINTR) {
                throw systemError("cannot write " + temporary_.string(), errno);
            }
            put += written > 0 ? static_cast<std::size_t>(written) : 0;
        }
    }
    // To SQLite a file of no bytes is a sound database; to us it is a dump that was lost.
    if (!any) {
        throw Error(ErrorKind::Integrity, "the backup is empty", "restore another backup");
    }
    if (::fsync(fd_.get()) != 0) {
        throw systemError("cannot put " + temporary_.string() + " on disk", errno);
    }
}

void RestoreFile::check() {
    Connection connection(temporary_, Connection::Mode::Immutable, run_);
    const std::string finding = connection.text("PRAGMA integrity_check(1)");
    if (finding != "ok") {
        throw Error(
            ErrorKind::Integrity, "the restored database is damaged: " + finding, "restore another backup");
    }
    // The check above takes a last page that is cut for one that ends with zeros.
    const auto expected = static_cast<std::uintmax_t>(connection.integer("PRAGMA page_count") *
                                                      connection.integer("PRAGMA page_size"));
    const std::uintmax_t size = std::filesystem::file_size(temporary_);
    if (size != expected) {
        throw Error(
            ErrorKind::Integrity,
            "the backup has " + std::to_string(size) + " bytes, its database " + std::to_string(expected),
            "restore another backup");
    }
}

void RestoreFile::place() {
    if (!isThere(target_)) {
        placeNew();
    } else if (isSound(target_, run_)) {
        copyInto();
    } else {
        replaceFile();
    }
}

void RestoreFile::placeNew() {
    refuseOrphans(target_);
    if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) != 0) {
        throw systemError("cannot put the restored database at " + target_.string(), errno);
    }
    syncFolder(target_.parent_path());
}

void RestoreFile::copyInto() {
    Connection from(temporary_, Connection::Mode::Immutable, run_);
    Connection to(target_, Connection::Mode::Existing, run_);
    makeRoomForPageSize(from, to, target_);
    struct Finish {
        void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
    };
    std::unique_ptr<sqlite3_backup, Finish> backup(
        sqlite3_backup_init(to.handle(), "main", from.handle(), "main"));
    if (!backup) {
        throw to.failure(sqlite3_errcode(to.handle()), "replace its content");
    }
    int code = SQLITE_OK;
    while (code == SQLITE_OK) {
        run_.throwIfStopped();
        code = sqlite3_backup_step(backup.get(), pages_per_step);
    }
    // Finishing an unfinished copy rolls it back: the old content stays.
    code = code == SQLITE_DONE ? sqlite3_backup_finish(backup.release()) : code;
    if (code != SQLITE_OK) {
        throw to.failure(code, "replace its content");
    }
}

void RestoreFile::replaceFile() {
    run_.log(sdk::LogLevel::Warning, target_.string() + " is no sound database: the file itself is replaced");
    struct stat old {};
    if (::stat(target_.c_str(), &old) != 0 || ::fchmod(fd_.get(), old.st_mode & 07777U) != 0 ||
        ::fchown(fd_.get(), old.st_uid, old.st_gid) != 0 || ::fsync(fd_.get()) != 0) {
        throw systemError("cannot give the restored database owner and mode of " + target_.string(), errno);
    }
    for (const char* suffix : {"-journal", "-wal", "-shm"}) {
        std::filesystem::remove(target_.string() + suffix);
    }
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
        throw systemError("cannot put the restored database at " + target_.string(), errno);
    }
    syncFolder(target_.parent_path());
}

}  // namespace dbackup::sqlite
