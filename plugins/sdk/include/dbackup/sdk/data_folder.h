#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/run_context.h>

namespace dbackup::sdk {

/// A database server's data folder that a physical backup is restored into: filled whole or not at all,
/// durable, and its files the folder's owner's. [one thread]
class DBACKUP_SDK_EXPORT DataFolder {
public:
    /// @param folder  the source's setting dataFolder  @throws Error Settings when it is empty
    explicit DataFolder(std::filesystem::path folder);

    const std::filesystem::path& path() const noexcept { return folder_; }
    /// Changes nothing.
    /// @throws Error AlreadyExists unless it is missing or an empty folder, NotFound when there is no place
    /// for it
    void requireEmpty() const;
    /// Makes the folder (0700) if it is missing, and moves what `unpack` has put into the folder that it is
    /// given to its place. That one is within it, where no server looks, and goes again, with all that is in
    /// it, when something fails or the run is stopped.
    /// @param server_user  the user that the server runs as, usually: named when files cannot be given away
    /// @throws Error by errno; Cancelled; and what `unpack` throws
    void fill(const std::function<void(const std::filesystem::path&)>& unpack,
              const std::string& server_user,
              RunContext& run) const;

private:
    std::filesystem::path folder_;
};

}  // namespace dbackup::sdk
