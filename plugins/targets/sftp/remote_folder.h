#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/target.h>

#include "connection.h"

namespace dbackup::sftp {

/// The folder of the server that keeps everything: its paths, and the folders in it. Immutable, so
/// thread-safe.
class RemoteFolder {
public:
    /// @param prefix  absolute, or below the user's home; empty: the home
    explicit RemoteFolder(std::string prefix) : prefix_(std::move(prefix)) {}

    /// The path of an object, or of the folder itself when the name is empty.
    std::string pathOf(std::string_view name) const;

    /// Asks for the folder that these parts lead to, with all above it, to be made. Does not wait: a request
    /// that is sent after them finds the folders there.
    std::vector<std::uint32_t> sendMake(Connection& connection, const std::vector<std::string>& parts) const;
    /// Asks for these folders to be removed from the innermost outwards, as far as they are empty; never the
    /// folder itself. Does not wait. How the requests end does not matter: folders may be in use, or gone.
    std::vector<std::uint32_t> sendPrune(Connection& connection, std::vector<std::string> parts) const;
    /// Makes sure that names in these folders outlive a crash of the server, where it can do that.
    void sync(Connection& connection, const std::vector<std::string>& parts) const;

private:
    /// The folder itself, and those that the parts lead through.
    std::vector<std::string> chain(const std::vector<std::string>& parts) const;

    const std::string prefix_;
};

/// "a/b" of a, b.
std::string joined(const std::vector<std::string>& parts);
sdk::ObjectInfo infoOf(std::string name, const Attributes& attributes);

}  // namespace dbackup::sftp
