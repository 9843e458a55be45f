#include "rsync_writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <pthread.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/signals_blocked.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "objects/deadline.h"
#include "objects/object_name.h"

namespace dbackup::rsync {

namespace {

using sdk::Error;
using sdk::ErrorKind;

}  // namespace

RsyncWriter::RsyncWriter(Rsync& rsync,
                         objects::NameLocks& names,
                         const sdk::ObjectSpec& spec,
                         sdk::RunContext& run)
    : rsync_(rsync),
      names_(names),
      spec_(spec),
      run_(run),
      temporary_folder_("." + objects::randomDigits() + ".partial"),
      temporary_name_(temporary_folder_ + "/" + spec.name),
      sending_run_(run) {
    refuseExisting();
    connection_ = rsync_.connect(run_);
    rsync_ = rsync_.over(connection_.get());
    run_.leftover(temporary_folder_);
}

RsyncWriter::~RsyncWriter() {
    abort();
}

void RsyncWriter::refuseExisting() {
    if (spec_.if_exists == sdk::IfExists::Replace || !rsync_.stat(spec_.name, run_)) return;
    throw Error(ErrorKind::AlreadyExists, rsync_.settings().fullName(spec_.name) + " exists already");
}

PieceFile& RsyncWriter::filling() {
    auto& piece = pieces_.at(filling_);
    if (!piece) piece = std::make_unique<PieceFile>(run_);
    return *piece;
}

void RsyncWriter::write(std::span<const std::byte> bytes) {
    if (ended_) throw Error(ErrorKind::Internal, spec_.name + " is written to after its end");
    if (sending_.valid() && sending_.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
        awaitPiece();
    md5_.add(bytes);
    while (!bytes.empty()) {
        run_.throwIfStopped();
        const std::uint64_t room = sent_ + piece_bytes - written_;
        const auto part = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size())));
        if (written_ == sent_) filling().empty(written_);
        filling().write(written_, part);
        written_ += part.size();
        bytes = bytes.subspan(part.size());
        if (written_ == sent_ + piece_bytes) sendPiece();
    }
}

void RsyncWriter::sendPiece() {
    awaitPiece();
    const sdk::AllSignalsBlocked blocked;  // the thread inherits it
    sending_ = std::async(std::launch::async, [this, path = filling().path()] {
        pthread_setname_np(pthread_self(), "rsync-piece");
        rsync_.append(path, temporary_name_, sending_run_);
    });
    sent_any_ = true;
    sent_ = written_;
    filling_ = 1 - filling_;
}

void RsyncWriter::awaitPiece() {
    if (sending_.valid()) sending_.get();
}

sdk::ObjectInfo RsyncWriter::commit() {
    run_.throwIfStopped();
    const std::string full_name = rsync_.settings().fullName(spec_.name);
    if (ended_) throw Error(ErrorKind::Internal, spec_.name + " is committed after its end");
    if (spec_.size_bytes && *spec_.size_bytes != written_) {
        throw Error(ErrorKind::Integrity,
                    full_name + " got " + std::to_string(written_) + " bytes, " +
                        std::to_string(*spec_.size_bytes) + " were announced");
    }
    if (sent_ < written_ || !sent_any_) sendPiece();
    awaitPiece();
    const std::string md5 = md5_.finish();
    const std::string expected = md5 + " " + std::to_string(written_);
    // A server that lost bytes between two pieces would have got zeros for them.
    if (const std::string found = rsync_.checksum(temporary_name_, run_); found != expected) {
        throw Error(ErrorKind::Integrity,
                    full_name + " has MD5 and size " + found + " on the server, " + expected + " were sent");
    }
    giveName();
    ended_ = true;
    pieces_ = {};
    return {spec_.name, written_, std::chrono::system_clock::now(), "md5:" + md5};
}

void RsyncWriter::giveName() {
    const auto held = names_.take(spec_.name, run_);
    refuseExisting();
    // A stop that came in between would leave open which of the two names the object has.
    sdk::UnstoppableRun run(run_);
    try {
        rsync_.moveUp(temporary_folder_, run);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Unavailable) throw;
        // Only the answer may have been lost.
        const auto info = rsync_.stat(spec_.name, run);
        if (!info || info->size_bytes != written_ || rsync_.stat(temporary_name_, run)) throw Error(error);
    }
    ended_ = true;
    try {
        rsync_.remove(temporary_folder_, run, objects::removalTime(run_));
        run_.leftoverGone(temporary_folder_);
    } catch (const Error& error) {
        run_.log(sdk::LogLevel::Warning, "Could not remove an empty folder: " + error.text());
    }
}

void RsyncWriter::abort() noexcept {
    sending_run_.requestStop();
    if (sending_.valid()) sending_.wait();
    pieces_ = {};
    if (std::exchange(ended_, true)) return;
    try {
        giveUp();
    } catch (const std::exception& error) {
        run_.log(sdk::LogLevel::Warning,
                 "Could not remove the unfinished " + rsync_.settings().fullName(temporary_name_) + ": " +
                     error.what());
    }
}

void RsyncWriter::giveUp() {
    // What has failed may have done so with the connection.
    if (!run_.stop().stop_requested()) rsync_ = rsync_.over(nullptr);
    sdk::UnstoppableRun run(run_);
    rsync_.remove(temporary_folder_, run, objects::removalTime(run_));
    run_.leftoverGone(temporary_folder_);
}

}  // namespace dbackup::rsync
