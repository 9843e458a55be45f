#include "rclone_writer.h"

#include <future>
#include <utility>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "objects/deadline.h"
#include "objects/object_name.h"
#include "tool_failure.h"

namespace dbackup::rclone {

namespace {

using sdk::Error;
using sdk::ErrorKind;

}  // namespace

RcloneWriter::RcloneWriter(Rclone& rclone,
                           objects::NameLocks& names,
                           const sdk::ObjectSpec& spec,
                           sdk::RunContext& run)
    : rclone_(rclone),
      names_(names),
      spec_(spec),
      run_(run),
      direct_(rclone.features(run).complete_only),
      upload_name_(direct_ ? spec.name : objects::temporaryNameFor(spec.name)) {
    // rcat takes the end of its input for the end of the object, so it must not see one when we die.
    call_.emplace(rclone_.call({"rcat", rclone_.addressOf(upload_name_)}, run_));
    process_ = std::make_unique<sdk::Subprocess>(call_->command.withGuardedInput(), run_);
    // While rcat starts, which takes it a while; it touches nothing before its first byte.
    refuseExisting();
    if (!direct_) run_.leftover(upload_name_);
}

RcloneWriter::~RcloneWriter() {
    abort();
}

bool RcloneWriter::refuseExisting() {
    const bool exists = rclone_.stat(spec_.name, run_).has_value();
    if (!exists || spec_.if_exists == sdk::IfExists::Replace) return exists;
    throw Error(ErrorKind::AlreadyExists, rclone_.addressOf(spec_.name) + " exists already");
}

void RcloneWriter::write(std::span<const std::byte> bytes) {
    run_.throwIfStopped();
    if (state_ != State::Open) throw Error(ErrorKind::Internal, spec_.name + " is written to after its end");
    if (!process_->writeInput(bytes)) failUpload();
    written_ += bytes.size();
}

void RcloneWriter::failUpload() {
    process_->kill();  // unless it has ended, which is why it takes nothing
    const sdk::ExitStatus status = process_->wait();
    throw toolFailure("cannot write " + rclone_.addressOf(spec_.name), status, process_->errorText());
}

sdk::ObjectInfo RcloneWriter::commit() {
    run_.throwIfStopped();
    if (state_ != State::Open) throw Error(ErrorKind::Internal, spec_.name + " is committed after its end");
    if (spec_.size_bytes && *spec_.size_bytes != written_) {
        throw Error(ErrorKind::Integrity,
                    rclone_.addressOf(spec_.name) + " got " + std::to_string(written_) + " bytes, " +
                        std::to_string(*spec_.size_bytes) + " were announced");
    }
    sdk::ObjectInfo info;
    if (direct_) {
        const auto held = names_.take(spec_.name, run_);
        replaces_ = refuseExisting();
        endUpload();
        info = checkedUpload();
    } else {
        endUpload();
        info = nameUpload();
    }
    state_ = State::Ended;
    info.name = spec_.name;
    return info;
}

void RcloneWriter::endUpload() {
    process_->closeInput();
    state_ = State::Uploaded;
    const sdk::ExitStatus status = process_->wait();
    if (!status.ok()) {
        throw toolFailure("cannot write " + rclone_.addressOf(spec_.name), status, process_->errorText());
    }
}

sdk::ObjectInfo RcloneWriter::nameUpload() {
    const auto held = names_.take(spec_.name, run_);
    // Both looks at a time: most of one is the start of rclone.
    std::future<bool> refused;
    if (spec_.if_exists != sdk::IfExists::Replace)
        refused = std::async(std::launch::async, [this] { return refuseExisting(); });
    sdk::ObjectInfo info = checkedUpload();
    if (refused.valid()) refused.get();
    giveName();
    return info;
}

void RcloneWriter::giveName() {
    // A stop that came in between would leave open which of the two names the object has.
    sdk::UnstoppableRun run(run_);
    try {
        rclone_.move(upload_name_, spec_.name, run);
    } catch (const Error& error) {
        // Only the answer may have been lost.
        const auto info = rclone_.stat(spec_.name, run);
        if (!info || info->size_bytes != written_ || rclone_.stat(upload_name_, run)) throw Error(error);
    }
    run_.leftoverGone(upload_name_);
}

// rcat has compared its own hash of the stream with the server's, where the server keeps one.
sdk::ObjectInfo RcloneWriter::checkedUpload() {
    const auto info = rclone_.stat(upload_name_, run_);
    if (info && info->size_bytes == written_) return *info;
    throw Error(ErrorKind::Integrity,
                rclone_.addressOf(spec_.name) + " has " +
                    (info ? std::to_string(info->size_bytes) + " bytes" : "not arrived") + ", " +
                    std::to_string(written_) + " were written");
}

void RcloneWriter::abort() noexcept {
    if (state_ == State::Ended) return;
    try {
        giveUp();
    } catch (const std::exception& error) {
        run_.log(sdk::LogLevel::Warning,
                 "Could not remove the unfinished object " + rclone_.addressOf(upload_name_) + ": " +
                     error.what());
    }
    state_ = State::Ended;
}

void RcloneWriter::giveUp() {
    const State state = std::exchange(state_, State::Ended);
    if (process_) process_->kill();
    process_.reset();
    call_.reset();
    // Straight to its name, an upload that was not ended has left nothing. One that was ended may be there
    // after all; but what was there before, and was to be replaced, must not be taken for it.
    if (direct_ && (state != State::Uploaded || replaces_)) return;
    const std::chrono::milliseconds time = objects::removalTime(run_);
    sdk::UnstoppableRun run(run_);
    rclone_.removeWithin(upload_name_, time, run);
    if (!direct_) run_.leftoverGone(upload_name_);
}

}  // namespace dbackup::rclone
