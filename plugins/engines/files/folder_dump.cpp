#include "folder_dump.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "confined.h"
#include "names.h"

namespace dbackup::files {

using sdk::LogLevel;
using sdk::UniqueFd;

namespace {

constexpr std::size_t most_segments = 65'536;  // a file in more pieces is stored with its holes as zeros
constexpr off_t read_ahead_from = off_t{1} << 20;

/// File systems that show the kernel's state as files: without end, and nothing to restore.
bool isPseudo(int folder) {
    static constexpr std::array<std::uint32_t, 13> kinds = {PROC_SUPER_MAGIC,
                                                            SYSFS_MAGIC,
                                                            CGROUP_SUPER_MAGIC,
                                                            CGROUP2_SUPER_MAGIC,
                                                            DEVPTS_SUPER_MAGIC,
                                                            DEBUGFS_MAGIC,
                                                            TRACEFS_MAGIC,
                                                            SECURITYFS_MAGIC,
                                                            SELINUX_MAGIC,
                                                            BPF_FS_MAGIC,
                                                            PSTOREFS_MAGIC,
                                                            EFIVARFS_MAGIC,
                                                            BINFMTFS_MAGIC};
    struct statfs info {};
    return ::fstatfs(folder, &info) == 0 &&
           std::find(kinds.begin(), kinds.end(), static_cast<std::uint32_t>(info.f_type)) != kinds.end();
}

UniqueFd openRoot(const std::string& folder) {
    UniqueFd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root) throw sdk::systemError("cannot read folder " + folder, errno);
    return root;
}

struct stat statOf(int fd, const std::string& path) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) throw sdk::systemError("cannot read " + shown(path), errno);
    return info;
}

bool sameTime(const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

FolderDump::FolderDump(const std::string& folder, const DumpRules& rules, sdk::RunContext& run)
    : rules_(rules),
      run_(run),
      warnings_(run),
      attributes_(warnings_),
      root_(openRoot(folder)),
      walk_(openBeneath(root_.get(), ""), warnings_) {}

void FolderDump::writeTo(sdk::ByteSink& sink) {
    ArchiveWriter writer(sink);
    writer_ = &writer;
    storeRoot();
    while (const Found* found = walk_.next()) {
        run_.throwIfStopped();
        store(*found);
    }
    writer.finish();
    writer_ = nullptr;
    warnings_.summarize();
}

void FolderDump::storeRoot() {
    const struct stat info = statOf(root_.get(), "the folder");
    device_ = info.st_dev;
    archive_entry* entry = describe("", info);
    attributes_.addExtended(entry, root_.get(), "the folder");
    writer_->header(entry);
}

void FolderDump::store(const Found& found) {
    const bool is_folder = S_ISDIR(found.info.st_mode);
    if (rules_.exclude.fits(found.path, is_folder)) return;
    if (is_folder) {
        // Made by the file system at its top; a restore would find one there, too.
        if (found.path != "lost+found") storeFolder(found);
        return;
    }
    if (!rules_.include.empty() && !rules_.include.fitsOrAbove(found.path, false)) return;
    if (found.is_file || S_ISREG(found.info.st_mode)) {
        storeFile(found);
    } else if (S_ISSOCK(found.info.st_mode)) {
        warnings_.about(found.path, "is a socket and was left out: programs make theirs anew");
    } else if (!storeAsHardLink(found.path, found.info)) {
        if (S_ISLNK(found.info.st_mode)) {
            storeLink(found);
        } else {
            storeSpecial(found);
        }
    }
}

archive_entry* FolderDump::describe(const std::string& path, const struct stat& info) {
    archive_entry_clear(entry_.get());
    std::string name = path.empty() ? "./" : "./" + path;
    if (S_ISDIR(info.st_mode) && !path.empty()) name += '/';
    archive_entry_copy_pathname(entry_.get(), name.c_str());
    attributes_.describe(entry_.get(), info);
    return entry_.get();
}

void FolderDump::put(const std::string& path, archive_entry* entry) {
    for (const auto& [folder, waiting] : waiting_) {
        if (isWithin(path, folder)) writer_->header(waiting.get());
    }
    waiting_.clear();
    writer_->header(entry);
}

void FolderDump::storeFolder(const Found& found) {
    UniqueFd folder(
        ::openat(found.folder, found.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder && errno != EACCES && errno != EPERM) {
        warnings_.about(found.path, "was left out", errno);
        return;
    }
    archive_entry* entry = describe(found.path, found.info);
    if (folder) {
        attributes_.addExtended(entry, folder.get(), found.path);
    } else {
        warnings_.about(found.path, "is stored without what is in it", errno);
    }
    if (rules_.include.empty() || rules_.include.fitsOrAbove(found.path, true)) {
        put(found.path, entry);
    } else {
        std::erase_if(waiting_, [&](const auto& each) { return !isWithin(found.path, each.first); });
        waiting_.emplace_back(found.path, copyOf(entry));
    }
    if (folder && mayEnter(folder.get(), found.info, found.path)) walk_.descend(std::move(folder));
}

bool FolderDump::mayEnter(int folder, const struct stat& info, const std::string& path) {
    if (info.st_dev == device_) return true;
    if (isPseudo(folder)) {
        run_.log(LogLevel::Info, shown(path) + " shows the kernel's state; what is in it was left out");
        return false;
    }
    if (rules_.one_file_system) {
        run_.log(LogLevel::Info, shown(path) + " is another file system; what is in it was left out");
    }
    return !rules_.one_file_system;
}

bool FolderDump::storeAsHardLink(const std::string& path, const struct stat& info) {
    const auto first = hard_links_.find(info);
    if (!first) return false;
    archive_entry* entry = describe(path, info);
    archive_entry_set_size(entry, 0);
    archive_entry_copy_hardlink(entry, ("./" + *first).c_str());
    put(path, entry);
    return true;
}

void FolderDump::remember(const struct stat& info, const std::string& path) {
    if (!hard_links_.stored(info, path)) {
        warnings_.once(
            said_links_,
            "There are more files of several names than can be kept track of: from here on each name "
            "is stored as a file of its own");
    }
}

void FolderDump::storeLink(const Found& found) {
    // The size is that of the target, but of some file systems it is 0.
    std::string target(static_cast<std::size_t>(std::max<off_t>(found.info.st_size, 255)) + 1, '\0');
    ssize_t size = 0;
    for (;;) {
        size = ::readlinkat(found.folder, found.name.c_str(), target.data(), target.size());
        if (size < 0) {
            warnings_.about(found.path, errno == ENOENT ? "vanished" : "cannot be read", errno);
            return;
        }
        if (static_cast<std::size_t>(size) < target.size()) break;
        target.resize(target.size() * 2);
    }
    target.resize(static_cast<std::size_t>(size));
    archive_entry* entry = describe(found.path, found.info);
    archive_entry_copy_symlink(entry, target.c_str());
    attributes_.addExtended(entry, procPath(found.folder, found.name), found.path);
    put(found.path, entry);
    remember(found.info, found.path);
}

void FolderDump::storeSpecial(const Found& found) {
    archive_entry* entry = describe(found.path, found.info);
    attributes_.addExtended(entry, procPath(found.folder, found.name), found.path);
    put(found.path, entry);
    remember(found.info, found.path);
}

UniqueFd FolderDump::openFile(const Found& found) {
    // Without O_NONBLOCK a fifo that took the file's place would hold us; without O_NOATIME each backup would
    // mark all files as read, but only their owner may ask for it.
    constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    UniqueFd file(::openat(found.folder, found.name.c_str(), flags | O_NOATIME));
    if (!file && errno == EPERM) file.reset(::openat(found.folder, found.name.c_str(), flags));
    if (!file) warnings_.about(found.path, errno == ENOENT ? "vanished" : "was left out", errno);
    return file;
}

void FolderDump::storeFile(const Found& found) {
    const UniqueFd file = openFile(found);
    if (!file) return;
    const struct stat info = statOf(file.get(), found.path);
    if (!S_ISREG(info.st_mode)) {
        warnings_.about(found.path, "became something else while the folder was read, and was left out");
        return;
    }
    if (storeAsHardLink(found.path, info)) return;
    archive_entry* entry = describe(found.path, info);
    attributes_.addExtended(entry, file.get(), found.path);
    const Segments segments = segmentsOf(file.get(), info);
    const bool whole = segments.size() == 1 && segments.front().first == 0 &&
                       segments.front().second == static_cast<std::uint64_t>(info.st_size);
    if (!whole) {
        for (const auto& [begin, end] : segments) {
            archive_entry_sparse_add_entry(
                entry, static_cast<la_int64_t>(begin), static_cast<la_int64_t>(end - begin));
        }
        if (segments.empty()) archive_entry_sparse_add_entry(entry, 0, 0);
    }
    put(found.path, entry);
    copy(file.get(), info, segments, found.path);
    remember(info, found.path);
}

FolderDump::Segments FolderDump::segmentsOf(int file, const struct stat& info) const {
    constexpr std::uint64_t block = 512;  // of st_blocks
    const auto size = static_cast<std::uint64_t>(info.st_size);
    Segments whole = {{0, size}};
    if (size == 0 || static_cast<std::uint64_t>(info.st_blocks) * block >= size) return whole;
    Segments segments;
    for (std::uint64_t at = 0; at < size;) {
        const off_t data = ::lseek(file, static_cast<off_t>(at), SEEK_DATA);
        if (data < 0 && errno == ENXIO) return segments;  // nothing but a hole
        const off_t hole = data < 0 ? -1 : ::lseek(file, data, SEEK_HOLE);
        if (data < 0 || hole <= data || segments.size() >= most_segments) return whole;
        if (static_cast<std::uint64_t>(data) >= size) return segments;
        at = std::min(static_cast<std::uint64_t>(hole), size);
        segments.emplace_back(data, at);
    }
    return segments;
}

void FolderDump::copy(int file, const struct stat& info, const Segments& segments, const std::string& path) {
    if (info.st_size > read_ahead_from) ::posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
    const auto size = static_cast<std::uint64_t>(info.st_size);
    std::uint64_t at = 0;
    for (const auto& [begin, end] : segments) {
        fill(begin - at);
        at = end;
        if (!copyPart(file, begin, end, path)) {
            fill(size - end);
            return;
        }
    }
    fill(size - at);
    struct stat after {};
    if (::fstat(file, &after) == 0 &&
        (after.st_size != info.st_size || !sameTime(after.st_mtim, info.st_mtim))) {
        warnings_.about(path, "changed while it was read: what is stored of it may be of no single moment");
    }
}

/// False when the file had less, or no more could be read: the rest of the part is zeros then.
bool FolderDump::copyPart(int file, std::uint64_t begin, std::uint64_t end, const std::string& path) {
    while (begin < end) {
        run_.throwIfStopped();
        const std::span<std::byte> room = writer_->room();
        const std::size_t wanted = std::min<std::uint64_t>(room.size(), end - begin);
        const ssize_t got = ::pread(file, room.data(), wanted, static_cast<off_t>(begin));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            const std::string rest = ": from byte " + std::to_string(begin) + " on zeros are stored";
            if (got < 0) {
                warnings_.about(path, "cannot be read to its end" + rest, errno);
            } else {
                warnings_.about(path, "became shorter while it was read" + rest);
            }
            fill(end - begin);
            return false;
        }
        writer_->data(room.first(static_cast<std::size_t>(got)));
        begin += static_cast<std::uint64_t>(got);
    }
    return true;
}

void FolderDump::fill(std::uint64_t bytes) {
    static constexpr std::array<std::byte, std::size_t{64} << 10> zeros{};
    while (bytes > 0) {
        run_.throwIfStopped();
        const std::size_t count = std::min<std::uint64_t>(zeros.size(), bytes);
        writer_->data(std::span(zeros).first(count));
        bytes -= count;
    }
}

}  // namespace dbackup::files
