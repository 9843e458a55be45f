#include "snapshot.h"

#include <algorithm>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/retry.h>

namespace dbackup::sqlite {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr int max_attempts = 2000;
constexpr int attempts_without_pause = 100;
constexpr std::size_t findings_shown = 5;

/// Takes the transaction's lock and its view of the database; BEGIN alone does neither.
constexpr const char* any_read = "SELECT count(*) FROM sqlite_master";

}  // namespace

Snapshot::Snapshot(const std::filesystem::path& file, sdk::RunContext& run)
    : file_(file), run_(run), connection_(file, Connection::Mode::Existing, run) {
    connection_.execute(any_read);  // recovers a hot journal, opens the log
    if (connection_.text("PRAGMA journal_mode") == "wal" || !beginInFile()) {
        beginInWal();
    }
    pages_ = static_cast<std::uint32_t>(connection_.integer("PRAGMA page_count"));
}

bool Snapshot::beginInFile() {
    connection_.execute("BEGIN");
    connection_.execute(any_read);
    // From here on our shared lock keeps the mode as it is.
    if (connection_.text("PRAGMA journal_mode") == "wal") {
        connection_.execute("ROLLBACK");
        return false;
    }
    page_bytes_ = static_cast<std::size_t>(connection_.integer("PRAGMA page_size"));
    return true;
}

void Snapshot::beginInWal() {
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
        run_.throwIfStopped();
        const auto before = readWalIndexHeader(fileOf(SQLITE_FCNTL_FILE_POINTER));
        connection_.execute("BEGIN");
        connection_.execute(any_read);
        const auto after = readWalIndexHeader(fileOf(SQLITE_FCNTL_FILE_POINTER));
        // Each commit changes the header, so an equal one is that of our transaction too.
        if (before && after && *before == *after) {
            page_bytes_ = static_cast<std::size_t>(connection_.integer("PRAGMA page_size"));
            frames_ = std::make_unique<WalFrames>(fileOf(SQLITE_FCNTL_JOURNAL_POINTER), *after, page_bytes_);
            return;
        }
        connection_.execute("ROLLBACK");
        if (attempt >= attempts_without_pause) {
            sdk::sleepFor(std::chrono::milliseconds(1 + attempt % 7), run_);
        }
    }
    throw Error(ErrorKind::Unavailable,
                "SQLite database " + file_.string() +
                    ": there are so many commits that no moment between two was found",
                "try again")
        .canRetry();
}

void Snapshot::check(const std::string& pragma) {
    const auto findings = connection_.column("PRAGMA " + pragma + "(" + std::to_string(findings_shown) + ")");
    if (findings.size() == 1 && findings.front() == "ok") {
        return;
    }
    std::string text;
    for (const auto& finding : findings) {
        text += (text.empty() ? "" : "; ") + finding;
    }
    throw Error(
        ErrorKind::Integrity, "SQLite database " + file_.string() + " is damaged: " + text, repair_hint);
}

std::uint32_t Snapshot::read(std::uint32_t first, std::span<std::byte> into) {
    if (frames_ && frames_->has(first) && frames_->read(first, into.first(page_bytes_))) {
        return 1;
    }
    const auto most = static_cast<std::uint32_t>(into.size() / page_bytes_);
    std::uint32_t count = 1;
    while (count < most && first + count <= pages_ && !(frames_ && frames_->has(first + count))) {
        ++count;
    }
    readFile(first, into.first(std::size_t{count} * page_bytes_));
    return count;
}

void Snapshot::readFile(std::uint32_t first, std::span<std::byte> into) {
    sqlite3_file* file = fileOf(SQLITE_FCNTL_FILE_POINTER);
    const auto offset = sqlite3_int64{first - 1} * static_cast<sqlite3_int64>(page_bytes_);
    const int code = file->pMethods->xRead(file, into.data(), static_cast<int>(into.size()), offset);
    // A page that was freed before it was ever written is in no file while the log has not been copied back;
    // SQLite, too, takes it for zeros then, which xRead has put there.
    const bool may_be_short = frames_ && frames_->any();
    if (code == SQLITE_IOERR_SHORT_READ && may_be_short) {
        return;
    }
    if (code == SQLITE_IOERR_SHORT_READ) {
        throw Error(ErrorKind::Integrity,
                    "SQLite database " + file_.string() + " is cut: page " + std::to_string(first) + " of " +
                        std::to_string(pages_) + " is not whole");
    }
    if (code != SQLITE_OK) {
        throw connection_.failure(code, "read page " + std::to_string(first));
    }
}

sqlite3_file* Snapshot::fileOf(int which) {
    sqlite3_file* file = nullptr;
    const int code = sqlite3_file_control(connection_.handle(), "main", which, static_cast<void*>(&file));
    if (code != SQLITE_OK || file == nullptr || file->pMethods == nullptr) {
        throw Error(ErrorKind::Internal, "SQLite does not say where it keeps " + file_.string());
    }
    return file;
}

}  // namespace dbackup::sqlite
