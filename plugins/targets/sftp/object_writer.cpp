#include "object_writer.h"

#include <algorithm>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>

#include "requests.h"

namespace dbackup::sftp {

namespace {

using namespace std::chrono_literals;
using sdk::Error;
using sdk::ErrorKind;
using sdk::partsOf;

/// Bytes on their way that the server has not acknowledged. OpenSSH's window is 2 MiB, others' are larger.
constexpr std::size_t most_in_flight = std::size_t{8} << 20;
/// Another run may prune the folder between our making and using it.
constexpr int attempts = 20;
/// How many times the usual silence a server may take to write a file to its disk.
constexpr int disk_patience = 10;
constexpr int rename_attempts = 3;
/// Who stops a run waits for no more than two seconds.
constexpr auto drain_time = 600ms;
constexpr auto reconnect_time_when_stopped = 1000ms;
constexpr std::chrono::milliseconds reconnect_time = 5s;

}  // namespace

ObjectWriter::ObjectWriter(ConnectionPool& pool,
                           const RemoteFolder& folder,
                           const sdk::ObjectSpec& spec,
                           sdk::RunContext& run)
    : pool_(pool),
      folder_(folder),
      spec_(spec),
      run_(run),
      finishing_(run),
      folder_parts_(partsOf(spec.name)) {
    const std::string temporary = sdk::temporaryNameFor(folder_parts_.back());
    folder_parts_.pop_back();
    std::vector<std::string> parts = folder_parts_;
    parts.push_back(temporary);
    const std::string token = joined(parts);
    temporary_path_ = folder_.pathOf(token);
    connection_ = pool_.lease(run_);
    refuseExisting();
    // Announced before anything exists, folders included: cleanup() prunes them.
    token_ = token;
    run_.leftover(token_);
    try {
        createTemporary();
    } catch (const Error&) {
        abort();
        throw;
    }
    chunk_.reserve(connection_->mostWritten());
}

ObjectWriter::~ObjectWriter() {
    abort();
}

void ObjectWriter::refuseExisting() {
    if (spec_.if_exists == sdk::IfExists::Replace) return;
    if (connection_->attributes(connection_->send(requests::lstat(path())), "look at " + path())) {
        throw Error(ErrorKind::AlreadyExists, path() + " is there already on " + connection_->serverName());
    }
}

void ObjectWriter::createTemporary() {
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (tryToCreate(attempt > 0)) return;
    }
    throw Error(ErrorKind::Unavailable, "the folder of " + path() + " vanishes again and again").canRetry();
}

bool ObjectWriter::tryToCreate(bool with_folders) {
    std::vector<std::uint32_t> made;
    if (with_folders) made = folder_.sendMake(*connection_, folder_parts_);
    asked_to_create_ = true;
    const std::uint32_t id = connection_->send(requests::make(temporary_path_));
    std::optional<Status> refused;
    for (const std::uint32_t each : made) {
        const Status status = connection_->status(each);
        if (status.isRefusal()) refused = status;  // the innermost tells most; those that exist do not matter
    }
    auto [handle, status] = connection_->handle(id);
    asked_to_create_ = false;
    if (status.ok()) {
        handle_ = std::move(handle);
        return true;
    }
    if (!status.isMissing()) failToWrite(status);
    if (refused) throw connection_->errorFrom("make the folder of " + path(), *refused);
    return false;
}

void ObjectWriter::failToWrite(const Status& status) {
    const std::string what = "write " + path();
    if (!status.isVague()) throw connection_->errorFrom(what, status);
    // OpenSSH tells no reason for a full disk.
    const Error told = connection_->errorFrom(what, status);
    const auto free = connection_->freeBytes(folder_.pathOf(""));
    const bool is_full = free && *free < connection_->mostWritten();
    throw Error(
        ErrorKind::NoSpace,
        std::string(told.what()) + (is_full ? " (its disk is full)" : ""),
        is_full
            ? "Free space there, or choose another destination"
            : "The server does not tell why; a quota or a limit on the size of files is the usual reason");
}

void ObjectWriter::write(std::span<const std::byte> bytes) {
    run_.throwIfStopped();
    if (ended_ || handle_.empty())
        throw Error(ErrorKind::Internal, spec_.name + " is written to after its end");
    const std::size_t chunk_bytes = connection_->mostWritten();
    while (!bytes.empty()) {
        if (chunk_.empty() && bytes.size() >= chunk_bytes) {
            sendChunk(bytes.first(chunk_bytes));
            bytes = bytes.subspan(chunk_bytes);
            continue;
        }
        const std::size_t count = std::min(chunk_bytes - chunk_.size(), bytes.size());
        chunk_.insert(chunk_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
        bytes = bytes.subspan(count);
        if (chunk_.size() < chunk_bytes) break;
        sendChunk(chunk_);
        chunk_.clear();
    }
}

void ObjectWriter::sendChunk(std::span<const std::byte> bytes) {
    awaitWrites(most_in_flight - bytes.size());
    sent_.push_back({connection_->send(requests::write(handle_, written_, bytes)), bytes.size()});
    in_flight_ += bytes.size();
    written_ += bytes.size();
}

void ObjectWriter::acknowledge(const Answer& answer) {
    in_flight_ -= sent_.front().bytes;
    sent_.pop_front();
    const Status status = statusFrom(answer);
    if (!status.ok()) failToWrite(status);
}

void ObjectWriter::awaitWrites(std::size_t most) {
    while (!sent_.empty()) {
        const std::uint32_t id = sent_.front().id;
        if (const auto answer = connection_->channel().take(id)) {
            acknowledge(*answer);
        } else if (in_flight_ > most) {
            acknowledge(connection_->channel().wait(id));
        } else {
            return;
        }
    }
}

sdk::ObjectInfo ObjectWriter::commit() {
    run_.throwIfStopped();
    if (ended_ || handle_.empty())
        throw Error(ErrorKind::Internal, spec_.name + " is committed after its end");
    const std::uint64_t size = written_ + chunk_.size();
    if (spec_.size_bytes && *spec_.size_bytes != size) {
        throw Error(ErrorKind::Integrity,
                    path() + " got " + std::to_string(size) + " bytes, " + std::to_string(*spec_.size_bytes) +
                        " were announced");
    }
    if (!chunk_.empty()) sendChunk(chunk_);
    chunk_.clear();
    awaitWrites(0);
    const Attributes attributes = closeFile();
    run_.throwIfStopped();
    // Who stops now would not know whether the object is there. It takes two or three answers.
    connection_->channel().setRun(finishing_);
    putInPlace();
    ended_ = true;
    run_.leftoverGone(token_);
    token_.clear();
    folder_.sync(*connection_, folder_parts_);
    connection_.giveBack();
    return infoOf(spec_.name, attributes);
}

Attributes ObjectWriter::closeFile() {
    std::optional<std::uint32_t> synced;
    if (connection_->offers(fsync_extension)) synced = connection_->send(requests::fsync(handle_));
    const std::uint32_t looked = connection_->send(requests::fstat(handle_));
    const std::uint32_t closed = connection_->send(requests::close(handle_));
    handle_.clear();
    if (synced) {
        const Status status = connection_->status(*synced, disk_patience);
        if (!status.ok()) failToWrite(status);
    }
    const auto attributes = connection_->attributes(looked, "look at " + path());
    // Some servers write what they hold back only now.
    const Status status = connection_->status(closed, disk_patience);
    if (!status.ok()) failToWrite(status);
    if (!attributes || attributes->size != written_) {
        throw Error(ErrorKind::Integrity,
                    path() + " has another size on " + connection_->serverName() + " than the " +
                        std::to_string(written_) + " bytes that were written");
    }
    return *attributes;
}

void ObjectWriter::putInPlace() {
    for (int attempt = 1;; ++attempt) {
        try {
            renameToFinal();
            return;
        } catch (const Error&) {
            if (!connection_->channel().isBroken() || attempt == rename_attempts) throw;
        }
        // The file is whole on the server, so its name is worth another connection.
        connection_ = pool_.connect(finishing_, pool_.server().connect_timeout);
        if (isInPlace()) return;
    }
}

void ObjectWriter::renameToFinal() {
    const bool replaces = spec_.if_exists == sdk::IfExists::Replace;
    if (replaces && connection_->offers(posix_rename_extension)) {
        const Status status = connection_->ask(requests::posixRename(temporary_path_, path()));
        if (!status.ok()) throw connection_->errorFrom("put " + path() + " in its place", status);
        return;
    }
    Status status = connection_->ask(requests::rename(temporary_path_, path()));
    if (status.ok()) return;
    const bool exists =
        connection_->attributes(connection_->send(requests::lstat(path())), "look at " + path()).has_value();
    if (exists && !replaces) {
        throw Error(ErrorKind::AlreadyExists, path() + " is there already on " + connection_->serverName());
    }
    if (exists) {
        // Not atomic, but all that this server offers.
        const Status removed = connection_->ask(requests::remove(path()));
        if (!removed.ok()) throw connection_->errorFrom("replace " + path(), removed);
        status = connection_->ask(requests::rename(temporary_path_, path()));
    }
    if (!status.ok()) throw connection_->errorFrom("put " + path() + " in its place", status);
}

bool ObjectWriter::isInPlace() {
    const auto temporary =
        connection_->attributes(connection_->send(requests::lstat(temporary_path_)), "look at " + path());
    const auto final_one =
        connection_->attributes(connection_->send(requests::lstat(path())), "look at " + path());
    if (!temporary) {
        if (final_one && final_one->size == written_) return true;
        throw Error(ErrorKind::Unavailable, "the unfinished file of " + path() + " has vanished").canRetry();
    }
    if (spec_.if_exists == sdk::IfExists::Replace || !final_one || *final_one != *temporary) return false;
    // One file with both names: the server died between giving it the new one and taking the old one away.
    const Status removed = connection_->ask(requests::remove(temporary_path_));
    if (!removed.ok()) throw connection_->errorFrom("remove the unfinished file of " + path(), removed);
    return true;
}

void ObjectWriter::abort() noexcept {
    ended_ = true;
    if (token_.empty()) return;
    try {
        giveUp();
    } catch (const std::exception& error) {
        // Its token was not withdrawn: cleanup() will be asked to remove it.
        run_.log(sdk::LogLevel::Warning,
                 "Could not remove the unfinished file of " + path() + ": " + error.what());
    }
    token_.clear();
    connection_.close();
}

/// Gets rid of what is under way on the connection. @return false when that is not done soon enough
bool ObjectWriter::canStillAsk() {
    if (!connection_ || connection_->channel().isBroken()) return false;
    connection_->channel().setRun(finishing_);
    try {
        return connection_->channel().drain(drain_time);
    } catch (const Error&) {
        return false;  // lost meanwhile; the next connection tells whether that is worth a word
    }
}

void ObjectWriter::giveUp() {
    const bool stopped = run_.stop().stop_requested();
    if (!canStillAsk()) {
        connection_.close();
        const auto most = std::min(reconnect_time, pool_.server().connect_timeout);
        connection_ = pool_.connect(
            finishing_,
            stopped ? std::min<std::chrono::milliseconds>(most, reconnect_time_when_stopped) : most);
        if (asked_to_create_) {
            throw Error(ErrorKind::Unavailable,
                        "the connection was lost before the server said whether it made one");
        }
    }
    if (!handle_.empty()) connection_->channel().ignore(connection_->send(requests::close(handle_)));
    handle_.clear();
    const std::uint32_t removal = connection_->send(requests::remove(temporary_path_));
    const std::vector<std::uint32_t> pruned = folder_.sendPrune(*connection_, folder_parts_);
    const Status removed = connection_->status(removal);
    for (const std::uint32_t each : pruned)
        connection_->status(each);
    if (!removed.ok() && !removed.isMissing()) {
        throw connection_->errorFrom("remove it", removed);
    }
    run_.leftoverGone(token_);
    connection_.giveBack();
}

}  // namespace dbackup::sftp
