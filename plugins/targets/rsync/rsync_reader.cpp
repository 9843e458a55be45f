#include "rsync_reader.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "objects/object_name.h"
#include "tool_failure.h"

namespace dbackup::rsync {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// rsync's "error in file I/O", which is what the limit ends it with.
constexpr int file_error = 11;

std::vector<std::string> limitedTo(std::uint64_t bytes, sdk::RunContext& run) {
    const auto program = sdk::findTool("prlimit", run);
    if (!program)
        throw Error(ErrorKind::ToolMissing, "prlimit is not there", "Install the package util-linux");
    const std::string limit = std::to_string(bytes);
    return {*program, "--fsize=" + limit + ":" + limit, "--core=0:0"};
}

}  // namespace

RsyncReader::RsyncReader(
    Rsync& rsync, std::string name, std::uint64_t begin, std::uint64_t end, sdk::RunContext& run)
    : rsync_(rsync),
      name_(std::move(name)),
      run_(run),
      piece_path_((run.scratch() / ("piece-" + objects::randomDigits())).string()),
      piece_(::open(piece_path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)),
      at_(begin),
      fetched_(begin),
      end_(end) {
    if (!piece_) throw sdk::systemError("cannot make " + piece_path_, errno);
}

RsyncReader::~RsyncReader() {
    ::unlink(piece_path_.c_str());
}

std::size_t RsyncReader::read(std::span<std::byte> into) {
    run_.throwIfStopped();
    if (at_ == end_ || into.empty()) return 0;
    if (at_ == fetched_) fetchPiece();
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), fetched_ - at_));
    const ssize_t count = ::pread(piece_.get(), into.data(), wanted, static_cast<off_t>(at_));
    if (count <= 0) throw sdk::systemError("cannot read " + piece_path_, count < 0 ? errno : EIO);
    at_ += static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
}

void RsyncReader::fetchPiece() {
    const std::uint64_t limit = std::min(end_, fetched_ + piece_bytes);
    if (::ftruncate(piece_.get(), 0) != 0 || ::ftruncate(piece_.get(), static_cast<off_t>(fetched_)) != 0) {
        throw sdk::systemError("cannot empty " + piece_path_, errno);
    }
    const Call call = rsync_.call(
        {"--append", "--inplace", rsync_.remote(name_), piece_path_}, run_, limitedTo(limit, run_));
    sdk::Subprocess process(call.command, run_);
    process.readAll();
    const sdk::ExitStatus status = process.wait();
    struct stat info {};
    if (::fstat(piece_.get(), &info) != 0) throw sdk::systemError("cannot look at " + piece_path_, errno);
    const bool whole = static_cast<std::uint64_t>(info.st_size) == limit;
    if (whole && (status.ok() || status.code == file_error)) {
        fetched_ = limit;
        return;
    }
    const std::string what = "cannot read " + rsync_.settings().fullName(name_);
    if (!status.ok()) throw toolFailure(what, status, process.errorText());
    throw Error(ErrorKind::Integrity, what + ": it has become shorter");
}

}  // namespace dbackup::rsync
