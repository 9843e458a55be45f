#pragma once

#include <map>
#include <string>

#include <archive_entry.h>
#include <sys/stat.h>

#include "user_names.h"
#include "warnings.h"

namespace dbackup::files {

/// Attributes of files on their way into entries and back. [one thread]
class AttributeReader {
public:
    explicit AttributeReader(Warnings& warnings) : warnings_(warnings) {}

    /// Type, mode, owner, group, modification time, device numbers; the size of regular files.
    void describe(archive_entry* entry, const struct stat& info);
    /// Extended attributes and access control lists.
    /// @param reach  a name by which the file itself is reached, no link followed
    /// @param path   for people
    void addExtended(archive_entry* entry, const std::string& reach, const std::string& path);
    void addExtended(archive_entry* entry, int file, const std::string& path);

private:
    template <class List, class Get>
    void addAll(archive_entry* entry, const std::string& path, const List& list, const Get& get);

    Warnings& warnings_;
    UserNames names_;
    std::string list_;
    std::string value_;
};

/// An entry's attributes, kept apart from it: those of folders are set when their content is there.
struct Attributes {
    mode_t mode = 0;
    uid_t user = 0;
    gid_t group = 0;
    timespec modified{};
    std::map<std::string, std::string> extended;
    std::string access_list;
    std::string default_list;
};

/// [one thread]
class AttributeWriter {
public:
    struct Options {
        bool owners = true;                         ///< restore owner and group
        std::map<std::string, std::string> mapped;  ///< other names for users and groups
    };
    AttributeWriter(Options options, Warnings& warnings)
        : options_(std::move(options)), warnings_(warnings) {}

    Attributes from(archive_entry* entry);
    /// Of a file or folder that is open.
    void apply(const Attributes& attributes, int file, const std::string& path);
    /// Of whatever else lies in a folder: links, devices.
    void apply(const Attributes& attributes, int folder, const std::string& name, const std::string& path);

private:
    struct Owner {
        std::string name;
        la_int64_t id = 0;
    };
    uid_t userFor(const Owner& owner);
    gid_t groupFor(const Owner& owner);
    template <class Change>
    bool changeOwner(const Attributes& attributes, const std::string& path, const Change& change);
    template <class Set>
    void setExtended(const Attributes& attributes, const std::string& path, const Set& set);

    Options options_;
    Warnings& warnings_;
    UserNames names_;
    bool said_owners_ = false;
};

}  // namespace dbackup::files
