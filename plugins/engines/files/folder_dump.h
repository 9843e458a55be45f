#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/streams.h>
#include <dbackup/sdk/unique_fd.h>

#include "archive_writer.h"
#include "attributes.h"
#include "globs.h"
#include "hard_links.h"
#include "tree_walk.h"
#include "warnings.h"

namespace dbackup::files {

struct DumpRules {
    Globs include;  ///< empty = everything
    Globs exclude;
    bool one_file_system = false;
};

/// Writes one folder as one archive. What is wrong with single files is a warning; the archive is sound
/// whatever happens to them meanwhile. [one thread]
class FolderDump {
public:
    /// @throws Error when the folder itself cannot be read
    FolderDump(const std::string& folder, const DumpRules& rules, sdk::RunContext& run);

    /// Stores everything and ends the archive; the sink is not finished.
    void writeTo(sdk::ByteSink& sink);

private:
    using Segments = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  ///< begin and end

    void storeRoot();
    void store(const Found& found);
    void storeFolder(const Found& found);
    void storeFile(const Found& found);
    void storeLink(const Found& found);
    void storeSpecial(const Found& found);
    bool storeAsHardLink(const std::string& path, const struct stat& info);
    bool mayEnter(int folder, const struct stat& info, const std::string& path);
    /// @return entry_
    archive_entry* describe(const std::string& path, const struct stat& info);
    /// Writes a member, after the folders above it that wait for something worth keeping.
    void put(const std::string& path, archive_entry* entry);
    void remember(const struct stat& info, const std::string& path);
    sdk::UniqueFd openFile(const Found& found);
    Segments segmentsOf(int file, const struct stat& info) const;
    void copy(int file, const struct stat& info, const Segments& segments, const std::string& path);
    bool copyPart(int file, std::uint64_t begin, std::uint64_t end, const std::string& path);
    void fill(std::uint64_t bytes);

    const DumpRules& rules_;
    sdk::RunContext& run_;
    Warnings warnings_;
    AttributeReader attributes_;
    HardLinks hard_links_;
    sdk::UniqueFd root_;
    TreeWalk walk_;
    dev_t device_ = 0;
    ArchiveWriter* writer_ = nullptr;
    Entry entry_ = newEntry();  ///< the member that is written; one for all, there are many
    std::vector<std::pair<std::string, Entry>> waiting_;  ///< folders in which nothing was included yet
    bool said_links_ = false;
};

}  // namespace dbackup::files
