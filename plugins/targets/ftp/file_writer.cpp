#include "file_writer.h"

#include <array>

#include <dbackup/sdk/object_names.h>
#include <dbackup/sdk/retry.h>

#include "curl/removal_run.h"

namespace dbackup::ftp {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// A connection that broke may still be making its file when we come to remove it.
constexpr auto settle_time = std::chrono::milliseconds(100);
constexpr std::size_t more_bytes = 64 << 10;
constexpr auto more_time = std::chrono::milliseconds(10000);

std::string temporaryPath(const std::string& path) {
    const std::size_t slash = path.rfind('/') + 1;
    return path.substr(0, slash) + sdk::temporaryNameFor(path.substr(slash));
}

}  // namespace

FileWriter::FileWriter(Server& server,
                       objects::NameLocks& names,
                       const sdk::ObjectSpec& spec,
                       sdk::RunContext& run)
    : server_(server),
      names_(names),
      spec_(spec),
      run_(run),
      path_(server.pathOf(spec.name, run)),
      what_("cannot write " + server.textOf(path_)),
      temporary_(temporaryPath(path_)) {
    refuseExisting();
    token_ = temporary_;
    run_.leftover(token_);
    begin();
}

FileWriter::~FileWriter() {
    abort();
}

void FileWriter::refuseExisting() const {
    if (spec_.if_exists == sdk::IfExists::Replace || !server_.find(path_, run_)) return;
    throw Error(ErrorKind::AlreadyExists, what_ + ": it is there already");
}

void FileWriter::begin() {
    upload_ = server_.transfer(temporary_, what_, run_);
    upload_->upload(std::nullopt);
    upload_->quote(makeFolders(path_));
}

/// Some servers, vsftpd among them, break the connection when their disk is full and do not get to say so.
/// Asked to append to what they have got, they do.
void FileWriter::requireRoom() const {
    static constexpr std::array<std::byte, more_bytes> more{};
    const auto appending = server_.transfer(temporary_, what_, run_);
    appending->set(CURLOPT_APPEND, 1L);
    appending->set(CURLOPT_TIMEOUT_MS, static_cast<long>(more_time.count()));
    appending->upload(more.size());
    try {
        appending->start(more);
        appending->finish();
    } catch (const Error& error) {
        run_.log(sdk::LogLevel::Debug, error.what());  // the reply counts, where one came
    }
    run_.throwIfStopped();
    const long reply = appending->status();
    if (reply != 451 && reply != 452 && reply != 552) return;
    throw Error(ErrorKind::NoSpace,
                what_ + ": the server takes no more of it and answers " + std::to_string(reply),
                "Free space there, or choose another destination");
}

/// What the server replied says more than how the connection ended.
template <class Call>
void FileWriter::guarded(const Call& call) {
    try {
        call();
    } catch (const Error& error) {
        run_.throwIfStopped();  // what broke then is of no interest
        if (error.kind() == ErrorKind::Cancelled || error.kind() == ErrorKind::Authentication) throw;
        const long reply = upload_->status();
        const Error known = reply < 400 ? error : replyError(what_, reply);
        if (known.kind() == ErrorKind::Unavailable) requireRoom();
        throw Error(known);
    }
}

void FileWriter::write(std::span<const std::byte> bytes) {
    run_.throwIfStopped();
    if (!open_) throw Error(ErrorKind::Internal, spec_.name + " is written to after its end");
    guarded([&] { upload_->send(bytes); });
    written_ += bytes.size();
}

sdk::ObjectInfo FileWriter::commit() {
    run_.throwIfStopped();
    if (!open_) throw Error(ErrorKind::Internal, spec_.name + " is committed after its end");
    if (spec_.size_bytes && *spec_.size_bytes != written_) {
        throw Error(ErrorKind::Integrity,
                    what_ + ": it got " + std::to_string(written_) + " bytes, " +
                        std::to_string(*spec_.size_bytes) + " were announced");
    }
    endUpload();
    requireWhole();
    giveName();
    open_ = false;
    run_.leftoverGone(token_);
    token_.clear();
    curl::RemovalRun steady(run_);
    const auto found = server_.find(path_, steady);
    if (!found) throw Error(ErrorKind::Integrity, what_ + ": it is not there after all");
    return {spec_.name, found->size_bytes, found->modified, ""};
}

void FileWriter::endUpload() {
    guarded([&] {
        const long reply = upload_->finish().status;
        if (reply >= 400) throw Error(replyError(what_, reply));
    });
    upload_.reset();
}

void FileWriter::requireWhole() const {
    const auto found = server_.find(temporary_, run_);
    const std::uint64_t size = found ? found->size_bytes : 0;
    if (found && size == written_) return;
    throw Error(
        ErrorKind::Integrity,
        what_ + ": " + std::to_string(size) + " bytes are there, " + std::to_string(written_) + " were sent");
}

void FileWriter::giveName() {
    // FTP has no rename that refuses a name which is taken.
    const auto held = names_.take(spec_.name, run_);
    refuseExisting();
    rename();
}

void FileWriter::rename() {
    run_.throwIfStopped();
    // A stop must not leave it open whether the object is there.
    curl::RemovalRun steady(run_);
    long reply = 0;
    try {
        reply = server_.command({"RNFR " + temporary_, "RNTO " + path_}, what_, steady);
    } catch (const Error& error) {
        // The reply may have been lost on its way: what was renamed is no more where it was.
        if (error.kind() != ErrorKind::Unavailable || server_.find(temporary_, steady) ||
            !server_.find(path_, steady))
            throw;
        return;
    }
    if (reply >= 400) throw Error(replyError(what_, reply));
}

void FileWriter::abort() noexcept {
    if (token_.empty()) return;
    open_ = false;
    try {
        upload_.reset();  // its connection is closed; the server keeps what it has got
        removeTemporary();
        run_.leftoverGone(token_);
    } catch (const std::exception& error) {
        // Its token was not withdrawn: cleanup() will be asked to remove it.
        run_.log(sdk::LogLevel::Warning,
                 "Could not remove the unfinished upload of " + spec_.name + ": " + error.what());
    }
    token_.clear();
}

void FileWriter::removeTemporary() {
    curl::RemovalRun unstoppable(run_);
    if (!server_.remove(temporary_, unstoppable)) {
        sdk::sleepFor(settle_time, unstoppable);
        server_.remove(temporary_, unstoppable);
    }
    server_.prune(path_.substr(0, path_.rfind('/')), unstoppable);
}

}  // namespace dbackup::ftp
