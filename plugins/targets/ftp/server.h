#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>

#include "curl/transfer.h"
#include "listing.h"

namespace dbackup::ftp {

/// The server that is backed up to: its paths, and what can be asked of it. All paths that it takes and gives
/// are absolute. [thread-safe]
class Server {
public:
    /// @throws Error Settings
    explicit Server(const sdk::Settings& settings);

    /// The path of an object. Connects when it is the first to ask. @throws Error of the connection
    std::string pathOf(const std::string& name, const sdk::RunContext& run);
    /// The folder that keeps everything, without a slash at its end. @throws as pathOf()
    std::string root(const sdk::RunContext& run);
    /// For people: "ftp://host:21/backups/job/a.dump".
    std::string textOf(const std::string& path) const { return origin_ + path; }

    /// A transfer of the object at a path. @param what  how errors begin: "cannot read <address>"
    std::unique_ptr<curl::Transfer> transfer(const std::string& path,
                                             const std::string& what,
                                             const sdk::RunContext& run) const;
    /// Sends commands, one after another. The answer to the last one counts; that of one with a '*' before it
    /// does not.
    /// @return the code of the last reply: 250, 550
    /// @throws Error Unavailable, Authentication, Cancelled
    long command(const std::vector<std::string>& commands,
                 const std::string& what,
                 const sdk::RunContext& run) const;
    /// The file at a path. Absent = no such file.
    std::optional<Entry> find(const std::string& path, const sdk::RunContext& run) const;
    /// What a folder has. Absent = no such folder.
    std::optional<std::vector<Entry>> list(const std::string& path, const sdk::RunContext& run);
    /// Removes a file. False = was not there.
    bool remove(const std::string& path, const sdk::RunContext& run) const;
    /// Removes the folders from this one up to the root, as far as they are empty. Does not tell of what it
    /// cannot remove.
    void prune(std::string folder, const sdk::RunContext& run);

    /// Warns when what is sent and received is not protected.
    void warn(sdk::RunContext& run) const;

private:
    std::optional<std::string> listing(const std::string& path,
                                       const char* command,
                                       const sdk::RunContext& run) const;

    curl::Connection connection_;
    mutable curl::SessionPool sessions_;
    std::string origin_;  ///< "ftp://host:21"
    bool explicit_tls_ = false;
    std::string user_;
    sdk::SecretString password_;
    std::string prefix_;

    std::atomic<bool> knows_mlsd_ = true;  ///< until it says that it does not
    std::mutex mutex_;                     ///< of the next two
    bool connected_ = false;
    std::string root_;
};

/// The commands that make the folders of an object, each of which may be there.
std::vector<std::string> makeFolders(const std::string& path);
/// The error that a reply means. @param what  "cannot write <address>"
sdk::Error replyError(const std::string& what, long reply);

}  // namespace dbackup::ftp
