#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <dbackup/sdk/error.h>

#include "plugins/engines/files/files_engine.h"
#include "tests/integration/files/tree.h"
#include "tests/support/memory_streams.h"
#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// @param more  further settings, like R"("exclude":["*.tmp"])"
files::FilesEngine engineFor(const std::filesystem::path& folder, const std::string& more = {});

/// Dumps a folder and returns the archive, complete.
std::string dump(const std::filesystem::path& folder, RecordingRun& run, const std::string& more = {});
std::string dump(const std::filesystem::path& folder, const std::string& more = {});

struct RestoreOptions {
    bool overwrite = false;
    bool no_owner = false;
    std::vector<std::string> selection = {};
    std::map<std::string, std::string> owners = {};
    /// Settings of the source; its only folder is the target.
    std::string more = {};
};
void restore(const std::string& archive,
             const std::filesystem::path& target,
             RecordingRun& run,
             const RestoreOptions& options = {});
void restore(const std::string& archive,
             const std::filesystem::path& target,
             const RestoreOptions& options = {});

/// The error that an action ends with; throws std::logic_error when there is none.
sdk::Error errorOf(const std::function<void()>& action);
bool hasMessage(const RecordingRun& run, const std::string& part);
/// Names in a folder, sorted.
std::vector<std::string> namesIn(const std::filesystem::path& folder);
/// A folder with all in it, also where it forbids that.
void removeAll(const std::filesystem::path& folder);

/// Makes archives that no dump of ours would be. [one thread]
class HostileArchive {
public:
    HostileArchive& folder(const std::string& name, unsigned mode = 0755);
    HostileArchive& file(const std::string& name, const std::string& content = "evil");
    HostileArchive& link(const std::string& name, const std::string& target);
    HostileArchive& hardLink(const std::string& name, const std::string& target);
    std::string bytes() const;

private:
    struct Member {
        char type;
        std::string name;
        std::string target;
        std::string content;
        unsigned mode;
    };
    std::vector<Member> members_;
};

/// Leaves root for an ordinary user in a child process and runs the action there; true when it did not throw.
/// What it threw is printed.
bool asOrdinaryUser(const std::function<void()>& action);

}  // namespace dbackup::test
