#include <algorithm>
#include <cerrno>
#include <limits>

#include <fcntl.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>

#include "object_file.h"

namespace dbackup::local {

namespace {

using sdk::Error;
using sdk::ErrorKind;

sdk::UniqueFd openFile(const BaseFolder& base, const std::string& name) {
    std::vector<std::string> parts = sdk::partsOf(name);
    const std::string file_name = std::move(parts.back());
    parts.pop_back();
    const std::optional<FolderChain> folder = base.find(parts);
    if (!folder) throw Error(ErrorKind::NotFound, base.fullPath(name) + " does not exist");
    sdk::UniqueFd file(
        openat(folder->innermost(), file_name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file && errno == ENOENT) throw Error(ErrorKind::NotFound, base.fullPath(name) + " does not exist");
    if (!file && errno == ELOOP) {
        throw Error(ErrorKind::Permission,
                    base.fullPath(name) + " is a symbolic link, which is not followed");
    }
    if (!file) throw sdk::systemError("cannot open " + base.fullPath(name), errno);
    struct stat info {};
    if (fstat(file.get(), &info) != 0) throw sdk::systemError("cannot look at " + base.fullPath(name), errno);
    if (!S_ISREG(info.st_mode)) throw Error(ErrorKind::NotFound, base.fullPath(name) + " is no file");
    return file;
}

}  // namespace

sdk::ObjectInfo infoOf(const std::string& name, const struct stat& status) {
    sdk::ObjectInfo info;
    info.name = name;
    info.size_bytes = static_cast<std::uint64_t>(status.st_size);
    const auto since_epoch =
        std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
    using Clock = std::chrono::system_clock;
    info.modified = Clock::time_point(std::chrono::duration_cast<Clock::duration>(since_epoch));
    return info;
}

FileReader::FileReader(const BaseFolder& base,
                       const std::string& name,
                       sdk::ByteRange range,
                       sdk::RunContext& run)
    : path_(base.fullPath(name)),
      run_(run),
      file_(openFile(base, name)),
      offset_(range.offset),
      end_(std::numeric_limits<std::int64_t>::max()) {
    if (range.length) end_ = std::min(end_, range.offset + std::min(*range.length, end_ - range.offset));
    // A hint only: read ahead more than usual.
    posix_fadvise(file_.get(), static_cast<off_t>(offset_), 0, POSIX_FADV_SEQUENTIAL);
}

FileReader::~FileReader() = default;

std::size_t FileReader::read(std::span<std::byte> into) {
    run_.throwIfStopped();
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end_ - offset_));
    while (wanted > 0) {
        const ssize_t got = pread(file_.get(), into.data(), wanted, static_cast<off_t>(offset_));
        if (got >= 0) {
            offset_ += static_cast<std::uint64_t>(got);
            return static_cast<std::size_t>(got);
        }
        if (errno != EINTR) throw sdk::systemError("cannot read " + path_, errno);
    }
    return 0;
}

}  // namespace dbackup::local
