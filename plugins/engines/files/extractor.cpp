#include "extractor.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "confined.h"
#include "names.h"

namespace dbackup::files {

using sdk::Error;
using sdk::ErrorKind;
using sdk::UniqueFd;

namespace {

[[noreturn]] void throwHostile(std::string_view path, const std::string& what) {
    throw Error(ErrorKind::Integrity,
                "the archive was refused: member " + shown(path) + " " + what,
                "nothing was restored; find out who made this archive");
}

[[noreturn]] void throwCannotMake(const std::string& path) {
    // Only members before this one can have made these: the folder was empty.
    if (errno == ELOOP || errno == ENOTDIR) throwHostile(path, "lies beyond something that is no folder");
    throw sdk::systemError("cannot make " + shown(path), errno);
}

void writeAll(int file, const ArchiveReader::Block& block, const std::string& path) {
    const auto* bytes = static_cast<const std::byte*>(block.bytes);
    for (std::size_t done = 0; done < block.size;) {
        const ssize_t count =
            ::pwrite(file, bytes + done, block.size - done, static_cast<off_t>(block.offset + done));
        if (count < 0 && errno != EINTR) throw sdk::systemError("cannot write " + shown(path), errno);
        done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
}

}  // namespace

Selection::Selection(const std::vector<std::string>& paths) {
    for (const std::string& raw : paths) {
        auto path = memberPath(raw);
        if (!path) {
            throw Error(ErrorKind::Settings,
                        "'" + shown(raw) + "' is no path below the folder",
                        "give paths as the archive has them, like docs/letter.txt");
        }
        wanted_.push_back({std::move(*path), false});
    }
    const auto is_all = [](const Wanted& each) { return each.path.empty(); };
    if (std::any_of(wanted_.begin(), wanted_.end(), is_all)) wanted_.clear();
}

bool Selection::wants(std::string_view path, bool is_folder) {
    bool wanted = all();
    for (Wanted& each : wanted_) {
        if (isWithin(path, each.path)) wanted = each.found = true;
        if (is_folder && isWithin(each.path, path)) wanted = true;
    }
    return wanted;
}

std::vector<std::string> Selection::paths() const {
    std::vector<std::string> paths;
    for (const Wanted& each : wanted_) {
        const auto covers = [&](const Wanted& other) {
            return other.path != each.path && isWithin(each.path, other.path);
        };
        if (std::none_of(wanted_.begin(), wanted_.end(), covers)) paths.push_back(each.path);
    }
    return paths;
}

void Selection::requireAllFound() const {
    for (const Wanted& each : wanted_) {
        if (!each.found) {
            throw Error(ErrorKind::NotFound,
                        "the backup has no " + shown(each.path),
                        "list what it has with: zstd -d < ARCHIVE | tar --list");
        }
    }
}

void Extractor::extract(ArchiveReader& archive, Selection& selection) {
    while (archive_entry* entry = archive.next()) {
        run_.throwIfStopped();
        const char* raw = archive_entry_pathname(entry);
        const auto path = memberPath(raw);
        if (!path) throwHostile(raw, "leads out of the folder");
        const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
        if (path->empty()) {
            if (!is_folder) throwHostile(raw, "would take the place of the folder");
            root_attributes_ = attributes_.from(entry);
            has_root_ = true;
        } else if (selection.wants(*path, is_folder)) {
            leaveFolders(*path);
            make(archive, entry, *path);
        }
    }
    while (!folders_.empty())
        leaveFolder();
    selection.requireAllFound();
}

void Extractor::leaveFolders(std::string_view path) {
    while (!folders_.empty() && !isWithin(path, folders_.back().path))
        leaveFolder();
}

void Extractor::leaveFolder() {
    const OpenFolder folder = std::move(folders_.back());
    folders_.pop_back();
    const UniqueFd open = openBeneath(root_, folder.path);
    if (!open) throwCannotMake(folder.path);
    attributes_.apply(folder.attributes, open.get(), folder.path);
}

void Extractor::make(ArchiveReader& archive, archive_entry* entry, const std::string& path) {
    if (archive_entry_hardlink(entry) != nullptr) {
        makeHardLink(entry, path);
        return;
    }
    switch (archive_entry_filetype(entry)) {
        case AE_IFDIR:
            makeFolder(entry, path);
            break;
        case AE_IFREG:
            makeFile(archive, entry, path);
            break;
        case AE_IFLNK:
            makeLink(entry, path);
            break;
        case AE_IFIFO:
        case AE_IFCHR:
        case AE_IFBLK:
            makeSpecial(entry, path);
            break;
        default:
            throwHostile(path, "is of an unknown type");
    }
}

int Extractor::parentOfMember(const std::string& path) {
    const std::string_view folder = parentOf(path);
    if (!parent_ || parent_path_ != folder) {
        parent_ = makeBeneath(root_, folder);
        if (!parent_) throwCannotMake(path);
        parent_path_ = folder;
    }
    return parent_.get();
}

template <class Make>
int Extractor::replacing(const std::string& path, const Make& make) {
    const int parent = parentOfMember(path);
    const std::string name(lastOf(path));
    int result = make(parent, name.c_str());
    if (result < 0 && errno == EEXIST) {
        if (::unlinkat(parent, name.c_str(), 0) != 0) throwHostile(path, "is there twice, once as a folder");
        result = make(parent, name.c_str());
    }
    return result;
}

void Extractor::makeFolder(archive_entry* entry, const std::string& path) {
    const int parent = parentOfMember(path);
    const std::string name(lastOf(path));
    if (::mkdirat(parent, name.c_str(), 0700) != 0) {
        struct stat info {};
        if (errno != EEXIST) throwCannotMake(path);
        if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(info.st_mode)) {
            throwHostile(path, "is there twice, once as a folder");
        }
    }
    folders_.push_back({path, attributes_.from(entry)});
}

void Extractor::makeFile(ArchiveReader& archive, archive_entry* entry, const std::string& path) {
    const UniqueFd file(replacing(path, [](int parent, const char* name) {
        return ::openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }));
    if (!file) throwCannotMake(path);
    fillFile(archive, file.get(), path);
    // Holes at the end are in no block.
    if (::ftruncate(file.get(), archive_entry_size(entry)) != 0) {
        throw sdk::systemError("cannot write " + shown(path), errno);
    }
    attributes_.apply(attributes_.from(entry), file.get(), path);
}

void Extractor::fillFile(ArchiveReader& archive, int file, const std::string& path) {
    ArchiveReader::Block block;
    while (archive.read(block)) {
        run_.throwIfStopped();
        writeAll(file, block, path);
    }
}

void Extractor::makeHardLink(archive_entry* entry, const std::string& path) {
    const char* raw = archive_entry_hardlink(entry);
    const auto origin = memberPath(raw);
    if (!origin || origin->empty()) throwHostile(path, "is a link to something outside of the folder");
    const UniqueFd folder = openBeneath(root_, parentOf(*origin));
    const std::string origin_name(lastOf(*origin));
    const int result = !folder ? -1 : replacing(path, [&](int parent, const char* name) {
        return ::linkat(folder.get(), origin_name.c_str(), parent, name, 0);
    });
    if (result == 0) return;
    if (errno == ENOENT) {
        throw Error(ErrorKind::NotFound,
                    shown(path) + " is another name of " + shown(*origin) + ", which is not being restored",
                    "select " + shown(*origin) + ", too");
    }
    throwCannotMake(path);
}

void Extractor::makeLink(archive_entry* entry, const std::string& path) {
    const char* target = archive_entry_symlink(entry);
    if (target == nullptr) throwHostile(path, "is a link to nothing");
    const int result =
        replacing(path, [&](int parent, const char* name) { return ::symlinkat(target, parent, name); });
    if (result != 0) throwCannotMake(path);
    attributes_.apply(attributes_.from(entry), parent_.get(), std::string(lastOf(path)), path);
}

void Extractor::makeSpecial(archive_entry* entry, const std::string& path) {
    const auto type = archive_entry_filetype(entry);
    const dev_t device = type == AE_IFIFO
                             ? 0
                             : gnu_dev_makedev(static_cast<unsigned>(archive_entry_rdevmajor(entry)),
                                               static_cast<unsigned>(archive_entry_rdevminor(entry)));
    const int result = replacing(
        path, [&](int parent, const char* name) { return ::mknodat(parent, name, type | 0600U, device); });
    if (result != 0 && errno == EPERM) {
        warnings_.about(path, "is a device and was not restored: only root may make one");
        return;
    }
    if (result != 0) throwCannotMake(path);
    attributes_.apply(attributes_.from(entry), parent_.get(), std::string(lastOf(path)), path);
}

}  // namespace dbackup::files
