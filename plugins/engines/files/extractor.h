#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/unique_fd.h>

#include "archive_reader.h"
#include "attributes.h"
#include "warnings.h"

namespace dbackup::files {

/// Which members of an archive are wanted.
class Selection {
public:
    /// @param paths  files and folders as people write them; none = everything
    /// @throws Error Settings for a path that is absolute or leads upwards
    explicit Selection(const std::vector<std::string>& paths);

    bool all() const noexcept { return wanted_.empty(); }
    /// Also true for the folders above what is wanted, which hold it.
    bool wants(std::string_view path, bool is_folder);
    /// Without what lies below another one of them.
    std::vector<std::string> paths() const;
    /// @throws Error NotFound naming what no member was for
    void requireAllFound() const;

private:
    struct Wanted {
        std::string path;
        bool found = false;
    };
    std::vector<Wanted> wanted_;
};

/// Makes the members of an archive in an empty folder and nowhere else. [one thread]
class Extractor {
public:
    /// @param folder  open; must live as long as this
    Extractor(int folder, AttributeWriter& attributes, Warnings& warnings, sdk::RunContext& run)
        : root_(folder), attributes_(attributes), warnings_(warnings), run_(run) {}

    /// @throws Error Integrity for a member that leads out of the folder; of the system
    void extract(ArchiveReader& archive, Selection& selection);
    /// Of the archive's own folder; null when the archive has none.
    const Attributes* rootAttributes() const noexcept { return has_root_ ? &root_attributes_ : nullptr; }

private:
    struct OpenFolder {
        std::string path;
        Attributes attributes;
    };

    void make(ArchiveReader& archive, archive_entry* entry, const std::string& path);
    void makeFolder(archive_entry* entry, const std::string& path);
    void makeFile(ArchiveReader& archive, archive_entry* entry, const std::string& path);
    void makeHardLink(archive_entry* entry, const std::string& path);
    void makeLink(archive_entry* entry, const std::string& path);
    void makeSpecial(archive_entry* entry, const std::string& path);
    void fillFile(ArchiveReader& archive, int file, const std::string& path);
    /// Calls make() until it works or fails for good; an earlier member of this name gives way.
    template <class Make>
    int replacing(const std::string& path, const Make& make);
    int parentOfMember(const std::string& path);
    /// Sets the attributes of folders that are done: all that the path is not in.
    void leaveFolders(std::string_view path);
    void leaveFolder();

    int root_;
    AttributeWriter& attributes_;
    Warnings& warnings_;
    sdk::RunContext& run_;
    std::vector<OpenFolder> folders_;
    Attributes root_attributes_;
    bool has_root_ = false;
    sdk::UniqueFd parent_;
    std::string parent_path_;
    bool said_devices_ = false;
};

}  // namespace dbackup::files
