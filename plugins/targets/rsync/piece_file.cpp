#include "piece_file.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "objects/object_name.h"

namespace dbackup::rsync {

PieceFile::PieceFile(const sdk::RunContext& run)
    : path_((run.scratch() / ("piece-" + objects::randomDigits())).string()),
      file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (!file_) throw sdk::systemError("cannot make " + path_, errno);
}

PieceFile::~PieceFile() {
    ::unlink(path_.c_str());
}

void PieceFile::empty(std::uint64_t bytes) {
    if (::ftruncate(file_.get(), 0) != 0 || ::ftruncate(file_.get(), static_cast<off_t>(bytes)) != 0)
        throw sdk::systemError("cannot empty " + path_, errno);
}

void PieceFile::write(std::uint64_t at, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw sdk::systemError("cannot write " + path_, errno);
        at += static_cast<std::uint64_t>(count);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

std::size_t PieceFile::read(std::uint64_t at, std::span<std::byte> into) const {
    const ssize_t count = ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(at));
    if (count <= 0) throw sdk::systemError("cannot read " + path_, count < 0 ? errno : EIO);
    return static_cast<std::size_t>(count);
}

std::uint64_t PieceFile::size() const {
    struct stat info {};
    if (::fstat(file_.get(), &info) != 0) throw sdk::systemError("cannot look at " + path_, errno);
    return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace dbackup::rsync
