#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>

#include "connection.h"
#include "remote_folder.h"

namespace dbackup::sftp {

/// Walks over the files below the folder, several folders at a time. Symbolic links, temporary names and what
/// is no file are left out. [one thread]
class ObjectList {
public:
    /// All outlive it. The connection is of no more use when walk() was told to end, or throws.
    ObjectList(Connection& connection, const RemoteFolder& folder, const sdk::ListCallback& callback)
        : connection_(connection), folder_(folder), callback_(callback) {}

    /// @return false when the callback told it to end
    /// @throws Error Permission, Unavailable, Cancelled
    bool walk(const std::string& prefix);

private:
    struct Folder {
        std::string name;   ///< of the objects in it, up to its last slash
        std::string start;  ///< with which the names in it begin
        std::string handle;
        int depth = 0;
        int asked = 0;  ///< reads that are not answered
        bool ended = false;
    };

    void openMore();
    void take(std::uint32_t id, const Answer& answer);
    void takeHandle(Folder folder, const Answer& answer);
    void takeNames(Folder& folder, const Answer& answer);
    void takeName(const Folder& folder, const std::string& part, const Attributes& attributes);
    void askForNames(std::size_t key);

    Connection& connection_;
    const RemoteFolder& folder_;
    const sdk::ListCallback& callback_;
    bool stopped_ = false;
    std::vector<Folder> found_;                     ///< not opened yet
    std::map<std::uint32_t, Folder> opening_;       ///< by the id of the request
    std::map<std::uint32_t, std::size_t> reading_;  ///< id of the request: key of the folder
    std::map<std::size_t, Folder> open_;
    std::size_t last_key_ = 0;
};

}  // namespace dbackup::sftp
