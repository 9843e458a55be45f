#pragma once

#include <string>
#include <utility>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/unique_fd.h>

namespace dbackup::files {

/// A restore that is made within its target, in a folder of its own, and put in place by renaming when it is
/// complete: until then nothing has changed, and on failure what was moved goes back. A kill while things are
/// moved leaves the folder ".dbackup-restore-..." behind, with "new" and "old" in it. [one thread]
class Placement {
public:
    static constexpr std::string_view prefix = ".dbackup-restore-";

    /// @param target  open folder; must live as long as this
    /// @param path    of the target, for people
    Placement(int target, std::string path, sdk::RunContext& run);
    Placement(const Placement&) = delete;
    Placement& operator=(const Placement&) = delete;
    /// Moves everything back unless it was finished, and removes what is left over.
    ~Placement();

    /// The empty folder in which the restore is made.
    int staging() const noexcept { return staging_.get(); }
    /// Everything that was made takes the place of everything that is there.
    void placeAll();
    /// Puts single files and folders where they belong.
    /// @throws Error AlreadyExists when one is there and overwrite is off
    void place(const std::vector<std::string>& paths, bool overwrite);
    /// All is in place: removes what was replaced.
    void finish();

private:
    void placeOne(const std::string& path, bool overwrite);
    void move(const std::string& from, const std::string& to);
    void undo() noexcept;
    void remove() noexcept;

    int target_;
    std::string path_;
    sdk::RunContext& run_;
    std::string folder_;  ///< in the target
    sdk::UniqueFd staging_;
    std::vector<std::pair<std::string, std::string>> moved_;
    std::size_t replaced_ = 0;
};

enum class There { None = 0, Folder, Other };
/// What is at a path below a folder; no link is followed.
/// @throws Error AlreadyExists when there is a file or a link where a folder on the way is needed
There whatIsAt(int folder, const std::string& path);

/// Has a folder anything in it that a restore would mix with? The top of a file system has "lost+found".
bool isEmptyFolder(int folder);

}  // namespace dbackup::files
