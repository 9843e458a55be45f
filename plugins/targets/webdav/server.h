#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/settings.h>

#include "curl/transfer.h"
#include "multistatus.h"

namespace dbackup::webdav {

/// The server that is backed up to: addresses, authentication, and what its statuses mean. [thread-safe]
class Server {
public:
    /// @throws Error Settings
    explicit Server(const sdk::Settings& settings);

    /// The path of an object's address, decoded: "/dav/backups/job/a.dump".
    std::string pathOf(const std::string& name) const { return root_ + "/" + name; }
    /// The path of the folder that keeps everything; without a slash at its end.
    const std::string& root() const noexcept { return root_; }
    /// For people: "https://host/dav/backups/job/a.dump".
    std::string textOf(const std::string& path) const { return origin_ + path; }
    std::string addressOf(const std::string& path) const;

    /// Where Nextcloud takes chunks of this account: "/remote.php/dav/uploads/<user>"; empty for other
    /// servers.
    const std::string& chunkFolder() const noexcept { return chunk_folder_; }

    /// @param what  how errors begin: "cannot read <address>"
    std::unique_ptr<curl::Transfer> request(const std::string& method,
                                            const std::string& path,
                                            const std::string& what,
                                            const sdk::RunContext& run) const;
    /// request() without a body, to its end.
    curl::Response ask(const std::string& method,
                       const std::string& path,
                       const std::string& what,
                       const sdk::RunContext& run,
                       const std::vector<std::string>& headers = {}) const;
    /// PROPFIND; nothing when there is no such resource.
    /// @param depth  "0": the resource; "1": a folder and what is in it
    std::optional<std::vector<Resource>> find(const std::string& path,
                                              std::string_view depth,
                                              const sdk::RunContext& run) const;
    /// Makes a folder, and those that it is in. @param path  below root(), or root() itself
    void makeFolder(const std::string& path, const sdk::RunContext& run) const;
    /// False = was not there.
    bool remove(const std::string& path, const sdk::RunContext& run) const;

    /// Warns when what is sent and received is not protected.
    void warn(sdk::RunContext& run) const;

private:
    void authenticate(curl::Transfer& transfer) const;

    curl::Connection connection_;
    mutable curl::SessionPool sessions_;
    std::string origin_;  ///< "https://host:port"
    std::string root_;
    std::string chunk_folder_;
    std::string authentication_;
    std::string user_;
    sdk::SecretString password_;
    sdk::SecretString token_;
};

/// The error that a status of 300 and more means.
/// @param what  "cannot read <address>"
sdk::Error statusError(const std::string& what, const curl::Response& response);

}  // namespace dbackup::webdav
