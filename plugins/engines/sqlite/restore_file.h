#pragma once

#include <filesystem>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/unique_fd.h>

namespace dbackup::sqlite {

/// Has the database at this path anything of a user's in it? A missing or empty file has not; one that cannot
/// be read as a database has.
bool hasData(const std::filesystem::path& file, sdk::RunContext& run);

/// A restored database while it is not in place yet: a temporary file in the folder of its target. [one
/// thread]
class RestoreFile {
public:
    /// @throws Error Permission, NotFound (no folder), NoSpace
    RestoreFile(std::filesystem::path target, sdk::RunContext& run);
    RestoreFile(const RestoreFile&) = delete;
    RestoreFile& operator=(const RestoreFile&) = delete;
    /// Removes the temporary file.
    ~RestoreFile();

    /// Takes all bytes and puts them on disk.
    void fill(sdk::ByteSource& source);
    /// @throws Error Integrity when it is no sound database
    void check();
    /// Puts it in place: by its name where nothing is, by SQLite's own backup into a database that is there,
    /// so that whoever has that one open sees one change from old to new. A file that is no sound database is
    /// replaced as a file; owner and mode stay.
    void place();

private:
    void placeNew();
    void copyInto();
    void replaceFile();

    std::filesystem::path target_;
    sdk::RunContext& run_;
    std::filesystem::path temporary_;
    sdk::UniqueFd fd_;
};

}  // namespace dbackup::sqlite
