#include "rsync_reader.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

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
    : connection_(end - begin > piece_bytes ? rsync.connect(run) : nullptr),
      rsync_(rsync.over(connection_.get())),
      name_(std::move(name)),
      run_(run),
      piece_(run),
      at_(begin),
      fetched_(begin),
      end_(end) {}

std::size_t RsyncReader::read(std::span<std::byte> into) {
    run_.throwIfStopped();
    if (at_ == end_ || into.empty()) return 0;
    if (at_ == fetched_) fetchPiece();
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), fetched_ - at_));
    const std::size_t count = piece_.read(at_, into.first(wanted));
    at_ += count;
    return count;
}

void RsyncReader::fetchPiece() {
    const std::uint64_t limit = std::min(end_, fetched_ + piece_bytes);
    piece_.empty(fetched_);
    const Call call = rsync_.call(
        {"--append", "--inplace", rsync_.remote(name_), piece_.path()}, run_, limitedTo(limit, run_));
    sdk::Subprocess process(call.command, run_);
    process.readAll();
    const sdk::ExitStatus status = process.wait();
    const bool whole = piece_.size() == limit;
    if (whole && (status.ok() || status.code == file_error)) {
        fetched_ = limit;
        return;
    }
    const std::string what = "cannot read " + rsync_.settings().fullName(name_);
    if (!status.ok()) throw toolFailure(what, status, process.errorText());
    throw Error(ErrorKind::Integrity, what + ": it has become shorter");
}

}  // namespace dbackup::rsync
