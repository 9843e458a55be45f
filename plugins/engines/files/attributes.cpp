#include "attributes.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "access_list.h"
#include "confined.h"

namespace dbackup::files {

namespace {

constexpr mode_t mode_bits = 07777;
constexpr mode_t set_id_bits = S_ISUID | S_ISGID;

/// libarchive writes names of extended attributes as in a URL.
std::string decoded(std::string_view name) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                      : -1;
    };
    std::string text;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '%' && i + 2 < name.size() && digit(name[i + 1]) >= 0 && digit(name[i + 2]) >= 0) {
            text += static_cast<char>(digit(name[i + 1]) * 16 + digit(name[i + 2]));
            i += 2;
        } else {
            text += name[i];
        }
    }
    return text;
}

/// Reads what may grow between asking for its size and asking for it.
template <class Read>
bool readAll(std::string& into, const Read& read) {
    if (into.empty()) into.resize(1024);
    for (;;) {
        const ssize_t size = read(into.data(), into.size());
        if (size >= 0) {
            into.resize(static_cast<std::size_t>(size));
            return true;
        }
        if (errno != ERANGE || into.size() > XATTR_LIST_MAX * 4U) return false;
        into.resize(into.size() * 4);
    }
}

}  // namespace

void AttributeReader::describe(archive_entry* entry, const struct stat& info) {
    archive_entry_set_filetype(entry, info.st_mode & S_IFMT);
    archive_entry_set_perm(entry, info.st_mode & mode_bits);
    archive_entry_set_uid(entry, info.st_uid);
    archive_entry_set_gid(entry, info.st_gid);
    if (const std::string& user = names_.user(info.st_uid); !user.empty())
        archive_entry_copy_uname(entry, user.c_str());
    if (const std::string& group = names_.group(info.st_gid); !group.empty())
        archive_entry_copy_gname(entry, group.c_str());
    archive_entry_set_mtime(entry, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    archive_entry_set_size(entry, S_ISREG(info.st_mode) ? info.st_size : 0);
    if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
        archive_entry_set_rdevmajor(entry, gnu_dev_major(info.st_rdev));
        archive_entry_set_rdevminor(entry, gnu_dev_minor(info.st_rdev));
    }
}

template <class List, class Get>
void AttributeReader::addAll(archive_entry* entry,
                             const std::string& path,
                             const List& list,
                             const Get& get) {
    list_.resize(list_.capacity());
    if (!readAll(list_, list)) {
        if (errno != ENOTSUP && errno != ENOENT) {
            warnings_.about(path, "is stored without its extended attributes", errno);
        }
        return;
    }
    for (const char* name = list_.data(); name < list_.data() + list_.size(); name += std::strlen(name) + 1) {
        const bool access = std::strcmp(name, access_list_name) == 0;
        const bool is_default = std::strcmp(name, default_list_name) == 0;
        // Others of this kind are made by the file system.
        if (!access && !is_default && std::strncmp(name, "system.", 7) == 0) continue;
        value_.resize(value_.capacity());
        if (!readAll(value_, [&](char* into, std::size_t size) { return get(name, into, size); })) {
            if (errno != ENODATA) {
                warnings_.about(path, std::string("is stored without its attribute ") + name, errno);
            }
        } else if (access || is_default) {
            const int type = access ? ARCHIVE_ENTRY_ACL_TYPE_ACCESS : ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
            if (!addAccessList(entry, type, value_, names_)) {
                warnings_.about(path, "is stored without its access control list: its form is unknown");
            }
        } else {
            archive_entry_xattr_add_entry(entry, name, value_.data(), value_.size());
        }
    }
}

void AttributeReader::addExtended(archive_entry* entry, const std::string& reach, const std::string& path) {
    addAll(
        entry,
        path,
        [&](char* into, std::size_t size) { return ::llistxattr(reach.c_str(), into, size); },
        [&](const char* name, char* into, std::size_t size) {
            return ::lgetxattr(reach.c_str(), name, into, size);
        });
}

void AttributeReader::addExtended(archive_entry* entry, int file, const std::string& path) {
    addAll(
        entry,
        path,
        [&](char* into, std::size_t size) { return ::flistxattr(file, into, size); },
        [&](const char* name, char* into, std::size_t size) { return ::fgetxattr(file, name, into, size); });
}

uid_t AttributeWriter::userFor(const Owner& owner) {
    const auto mapped = options_.mapped.find(owner.name);
    const std::string& name = mapped == options_.mapped.end() ? owner.name : mapped->second;
    const auto id = name.empty() ? std::nullopt : names_.userId(name);
    return id.value_or(static_cast<uid_t>(owner.id));
}

gid_t AttributeWriter::groupFor(const Owner& owner) {
    const auto mapped = options_.mapped.find(owner.name);
    const std::string& name = mapped == options_.mapped.end() ? owner.name : mapped->second;
    const auto id = name.empty() ? std::nullopt : names_.groupId(name);
    return id.value_or(static_cast<gid_t>(owner.id));
}

Attributes AttributeWriter::from(archive_entry* entry) {
    const auto text = [](const char* value) { return std::string(value != nullptr ? value : ""); };
    Attributes attributes;
    attributes.mode = archive_entry_perm(entry) & mode_bits;
    attributes.user = userFor({text(archive_entry_uname(entry)), archive_entry_uid(entry)});
    attributes.group = groupFor({text(archive_entry_gname(entry)), archive_entry_gid(entry)});
    attributes.modified = {archive_entry_mtime(entry), archive_entry_mtime_nsec(entry)};
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    archive_entry_xattr_reset(entry);
    while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
        attributes.extended[decoded(name)] = std::string(static_cast<const char*>(value), size);
    }
    attributes.access_list = accessListOf(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, names_);
    attributes.default_list = accessListOf(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, names_);
    return attributes;
}

template <class Change>
bool AttributeWriter::changeOwner(const Attributes& attributes,
                                  const std::string& path,
                                  const Change& change) {
    if (!options_.owners) return false;
    if (change(attributes.user, attributes.group) == 0) return true;
    if (errno != EPERM) {
        warnings_.about(path, "is restored without its owner", errno);
        return false;
    }
    // Its owner may at least give it to a group of his.
    const bool same_user = attributes.user == ::geteuid();
    if (change(static_cast<uid_t>(-1), attributes.group) == 0 && same_user) return true;
    warnings_.once(said_owners_,
                   "Owners are not restored: only root may give files away. Set noOwner to restore without "
                   "them, or run the service as root");
    return false;
}

template <class Set>
void AttributeWriter::setExtended(const Attributes& attributes, const std::string& path, const Set& set) {
    for (const auto& [name, value] : attributes.extended) {
        if (set(name.c_str(), value) != 0) {
            warnings_.about(path, "is restored without its attribute " + name, errno);
        }
    }
}

void AttributeWriter::apply(const Attributes& attributes, int file, const std::string& path) {
    const auto set = [&](const char* name, const std::string& value) {
        return ::fsetxattr(file, name, value.data(), value.size(), 0);
    };
    // The owner first: a change of it takes rights away that the mode and the attributes give.
    const bool owned =
        changeOwner(attributes, path, [&](uid_t user, gid_t group) { return ::fchown(file, user, group); });
    setExtended(attributes, path, set);
    const mode_t mode =
        owned || attributes.user == ::geteuid() ? attributes.mode : attributes.mode & ~set_id_bits;
    if (::fchmod(file, mode) != 0) warnings_.about(path, "is restored without its mode", errno);
    if (!attributes.access_list.empty() && set(access_list_name, attributes.access_list) != 0) {
        warnings_.about(path, "is restored without its access control list", errno);
    }
    if (!attributes.default_list.empty() && set(default_list_name, attributes.default_list) != 0) {
        warnings_.about(path, "is restored without its default access control list", errno);
    }
    const timespec times[] = {{0, UTIME_OMIT}, attributes.modified};
    if (::futimens(file, times) != 0) warnings_.about(path, "is restored without its time", errno);
}

void AttributeWriter::apply(const Attributes& attributes,
                            int folder,
                            const std::string& name,
                            const std::string& path) {
    struct stat info {};
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        throw sdk::systemError("cannot read " + path, errno);
    }
    const bool owned = changeOwner(attributes, path, [&](uid_t user, gid_t group) {
        return ::fchownat(folder, name.c_str(), user, group, AT_SYMLINK_NOFOLLOW);
    });
    const std::string reach = procPath(folder, name);
    setExtended(attributes, path, [&](const char* key, const std::string& value) {
        return ::lsetxattr(reach.c_str(), key, value.data(), value.size(), 0);
    });
    // A link has no mode; to change it would change what it leads to.
    if (!S_ISLNK(info.st_mode)) {
        const mode_t mode = owned ? attributes.mode : attributes.mode & ~set_id_bits;
        if (::fchmodat(folder, name.c_str(), mode, 0) != 0) {
            warnings_.about(path, "is restored without its mode", errno);
        }
        if (!attributes.access_list.empty() && ::lsetxattr(reach.c_str(),
                                                           access_list_name,
                                                           attributes.access_list.data(),
                                                           attributes.access_list.size(),
                                                           0) != 0) {
            warnings_.about(path, "is restored without its access control list", errno);
        }
    }
    const timespec times[] = {{0, UTIME_OMIT}, attributes.modified};
    if (::utimensat(folder, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
        warnings_.about(path, "is restored without its time", errno);
    }
}

}  // namespace dbackup::files
