#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/target.h>

#include "host_key.h"
#include "rsync_settings.h"
#include "shared_connection.h"
#include "ssh_files.h"

namespace dbackup::rsync {

/// Length of a piece: one lies on this machine's disk for each object that is read, two for one that is
/// written.
inline constexpr std::uint64_t piece_bytes = std::uint64_t{64} << 20;

/// One call of rsync, to be kept until its process has ended.
struct Call {
    std::unique_ptr<SshFiles> files;
    sdk::Command command;
};

/// rsync with one server. Nothing but rsync is asked of the server. Names are those of objects. [thread-safe]
class Rsync {
public:
    explicit Rsync(const sdk::Settings& settings) : access_(std::make_shared<Access>(settings)) {}

    const RsyncSettings& settings() const noexcept { return access_->settings; }
    /// The server's side as an argument: "host:./folder/name".
    std::string remote(const std::string& name) const {
        return settings().host + ":" + settings().pathOf(name);
    }

    /// A login for several calls, which begins now. @throws Error
    std::unique_ptr<SharedConnection> connect(sdk::RunContext& run);
    /// The same server, with one call at a time. @param connection  for all of them, outlives it; null = each
    /// logs in
    Rsync over(SharedConnection* connection) const;

    /// "rsync WORDS" by ssh. @param wrapper  a program before it with its arguments  @throws Error
    Call call(std::vector<std::string> words, sdk::RunContext& run, std::vector<std::string> wrapper = {});
    /// Runs it to its end. @return its output  @throws Error
    /// @param time  Unavailable after it; without one the time-outs of ssh and rsync count
    std::string runToEnd(const std::vector<std::string>& words,
                         const std::string& what,
                         sdk::RunContext& run,
                         std::optional<std::chrono::milliseconds> time = {});

    std::optional<sdk::ObjectInfo> stat(const std::string& name, sdk::RunContext& run);
    /// All files below a folder; false ends it.
    void list(const std::string& folder, const sdk::ListCallback& callback, sdk::RunContext& run);
    /// Puts what the local file has beyond the length of the server's at its end.
    void append(const std::string& file, const std::string& name, sdk::RunContext& run);
    /// MD5 and size of a file there, which the server reads for it: "<hex> <size>".
    std::string checksum(const std::string& name, sdk::RunContext& run);
    /// Gives all files below a folder their place one folder higher, by rename(2).
    void moveUp(const std::string& folder, sdk::RunContext& run);
    /// Removes a file, or a folder with all in it. @return false when it was not there
    bool remove(const std::string& name,
                sdk::RunContext& run,
                std::optional<std::chrono::milliseconds> time = {});

private:
    std::string runOnce(const std::vector<std::string>& words,
                        const std::string& what,
                        sdk::RunContext& run,
                        std::optional<std::chrono::milliseconds> time);

    struct Access {
        explicit Access(const sdk::Settings& from) : settings(from), host_key(settings) {}
        const RsyncSettings settings;
        HostKey host_key;
    };
    std::shared_ptr<Access> access_;
    SharedConnection* connection_ = nullptr;
};

}  // namespace dbackup::rsync
