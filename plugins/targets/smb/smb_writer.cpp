#include "smb_writer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/retry.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "objects/deadline.h"
#include "objects/object_name.h"
#include "share_path.h"
#include "tool_failure.h"

namespace dbackup::smb {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// With less than this a share is full: what was written in part has taken all that was left.
constexpr std::uint64_t least_room = 1U << 20;

/// A server keeps the file of a killed connection open for a moment.
constexpr sdk::RetryPolicy until_closed{6, std::chrono::milliseconds(50), std::chrono::milliseconds(400)};

}  // namespace

SmbWriter::SmbWriter(const Smbclient& client,
                     objects::NameLocks& names,
                     const sdk::ObjectSpec& spec,
                     sdk::RunContext& run)
    : client_(client),
      names_(names),
      spec_(spec),
      run_(run),
      temporary_name_(objects::temporaryNameFor(spec.name)) {
    if (spec_.if_exists != sdk::IfExists::Replace && client_.stat(spec_.name, run_)) {
        throw Error(ErrorKind::AlreadyExists, client_.settings().fullName(spec_.name) + " exists already");
    }
    run_.leftover(temporary_name_);
    const std::string upload = "put - " + quotedPath(client_.pathOf(temporary_name_));
    sdk::Command command = client_.command(folderCommands() + upload, Words::ToErrors, run_);
    process_ = std::make_unique<sdk::Subprocess>(command.withGuardedInput(), run_);
}

SmbWriter::~SmbWriter() {
    abort();
}

// Of folders that are there already smbclient complains, and goes on.
std::string SmbWriter::folderCommands() const {
    std::string commands;
    for (const std::string& folder : foldersOf(client_.pathOf(spec_.name))) {
        commands += "mkdir " + quotedPath(folder) + ";";
    }
    return commands;
}

void SmbWriter::write(std::span<const std::byte> bytes) {
    run_.throwIfStopped();
    if (ended_ || !process_) throw Error(ErrorKind::Internal, spec_.name + " is written to after its end");
    if (!process_->writeInput(bytes)) {
        process_->kill();
        (void)process_->wait();  // killed, or ended before its input: what it said tells why
        throw failure(process_->errorText());
    }
    written_ += bytes.size();
}

sdk::ObjectInfo SmbWriter::commit() {
    run_.throwIfStopped();
    const std::string full_name = client_.settings().fullName(spec_.name);
    if (ended_ || !process_) throw Error(ErrorKind::Internal, spec_.name + " is committed after its end");
    if (spec_.size_bytes && *spec_.size_bytes != written_) {
        throw Error(ErrorKind::Integrity,
                    full_name + " got " + std::to_string(written_) + " bytes, " +
                        std::to_string(*spec_.size_bytes) + " were announced");
    }
    endUpload();
    std::optional<sdk::ObjectInfo> info = client_.stat(temporary_name_, run_);
    if (!info || info->size_bytes != written_) {
        throw Error(ErrorKind::Integrity,
                    full_name + " has " +
                        (info ? std::to_string(info->size_bytes) + " bytes" : "not arrived") + ", " +
                        std::to_string(written_) + " were written");
    }
    giveName();
    ended_ = true;
    info->name = spec_.name;
    return *info;
}

void SmbWriter::endUpload() {
    process_->closeInput();
    const sdk::ExitStatus status = process_->wait();
    const std::string said = process_->errorText();
    process_.reset();
    if (!status.ok()) throw failure(said);
}

Error SmbWriter::failure(const std::string& said) const {
    const std::string what = "cannot write " + client_.settings().fullName(spec_.name);
    if (statusIn(said) != "NT_STATUS_INVALID_NETWORK_RESPONSE") return toolFailure(what, said);
    // Where less room than a block is left Samba writes a part of it, an answer that smbclient does not
    // expect.
    const auto free_bytes = client_.freeBytesAt(temporary_name_, run_);
    const bool full = free_bytes && *free_bytes < least_room;
    return toolFailure(what, full ? "NT_STATUS_DISK_FULL" : said);
}

void SmbWriter::giveName() {
    // Samba looks for the new name and then renames, in two steps: of two sessions that do so at a time both
    // may win.
    const auto held = names_.take(spec_.name, run_);
    // A stop that came in between would leave open which of the two names the object has.
    sdk::UnstoppableRun run(run_);
    try {
        client_.rename(temporary_name_, spec_.name, spec_.if_exists == sdk::IfExists::Replace, run);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Unavailable) throw;
        // Only the answer may have been lost.
        const auto info = client_.stat(spec_.name, run);
        if (!info || info->size_bytes != written_ || client_.stat(temporary_name_, run)) throw Error(error);
    }
    run_.leftoverGone(temporary_name_);
}

void SmbWriter::abort() noexcept {
    if (std::exchange(ended_, true)) return;
    try {
        giveUp();
    } catch (const std::exception& error) {
        run_.log(sdk::LogLevel::Warning,
                 "Could not remove the unfinished " + client_.settings().fullName(temporary_name_) + ": " +
                     error.what());
    }
}

void SmbWriter::giveUp() {
    if (process_) process_->kill();
    process_.reset();
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::min<std::chrono::milliseconds>(objects::removalTime(run_),
                                                                        client_.settings().timeout);
    sdk::UnstoppableRun run(run_);
    sdk::retry(until_closed, run, [&] {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (left.count() <= 0) throw Error(ErrorKind::Unavailable, "no time is left");
        client_.removeWithin(left, temporary_name_, run);
    });
    run_.leftoverGone(temporary_name_);
}

}  // namespace dbackup::smb
