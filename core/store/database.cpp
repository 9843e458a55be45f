#include "core/store/database.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/unique_fd.h>

#include "core/base/error.h"
#include "core/store/migrations.h"
#include "core/store/reader_pool.h"
#include "core/store/writer.h"

namespace dbackup::store {

namespace {

/// SQLite gives the file's mode to its -wal and -shm files as well. A file that is there is not opened here:
/// closing it would take the locks of every other session of this process with it.
void createPrivateFile(const std::filesystem::path& file) {
    const std::string what = "cannot create the history store " + file.string();
    const sdk::UniqueFd created(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!created) {
        if (errno == EEXIST) return;
        throw systemError(what, errno);
    }
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const sdk::UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) {
        throw systemError(what, errno);
    }
}

/// Tells at once what SQLite's session would try again and again before it gives up.
void checkFile(const std::filesystem::path& file) {
    const std::string what = "cannot use the history store " + file.string();
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) {
        throw systemError(what, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error(ErrorKind::Settings, what + ": it is not a file");
    }
    const bool open_to_others = (status.st_mode & 077U) != 0;
    if ((open_to_others && ::chmod(file.c_str(), 0600) != 0) || ::access(file.c_str(), R_OK | W_OK) != 0) {
        throw systemError(what, errno);
    }
}

Connection openWriter(const std::filesystem::path& file, const Log& log) {
    createPrivateFile(file);
    checkFile(file);
    Connection connection(file);
    connection.keepFileUntouched(true);
    schemaVersion(connection, migrations());
    connection.keepFileUntouched(false);
    const auto mode = connection.selectFirst<std::string>("PRAGMA journal_mode = WAL");
    if (mode != "wal") {
        throw Error(ErrorKind::Unsupported,
                    "the history store " + file.string() + " cannot have a write-ahead log",
                    "set state.dir to a folder on a local file system");
    }
    migrate(connection, migrations(), log);
    return connection;
}

}  // namespace

struct Database::State {
    State(const std::filesystem::path& file, const Log& log)
        : writer(openWriter(file, log), log), readers(file) {}

    Writer writer;
    ReaderPool readers;
};

Database::Database(const std::filesystem::path& file, const Log& log)
    : state_(std::make_unique<State>(file, log)) {}

Database::~Database() = default;

void Database::write(const Work& work) {
    if (Connection* current = state_->writer.current()) {
        work(*current);
        return;
    }
    state_->writer.run(work);
}

void Database::writeLater(Work work) {
    state_->writer.post(std::move(work));
}

void Database::read(const Work& work) const {
    if (Connection* current = state_->writer.current()) {
        work(*current);
        return;
    }
    state_->readers.run(work);
}

std::uint64_t Database::commits() const noexcept {
    return state_->writer.commits();
}

bool Database::isWriting() const noexcept {
    return state_->writer.current() != nullptr;
}

void Database::flush() {
    write([](Connection&) {});
}

}  // namespace dbackup::store
