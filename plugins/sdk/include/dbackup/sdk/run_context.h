#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/secret.h>

namespace dbackup::sdk {

/// Who must act: Error the run failed, Warning an administrator should look, Info a milestone.
enum class LogLevel { None = 0, Debug, Info, Success, Warning, Error };

/// The host's side of one run, given to every call of a component. All functions are thread-safe.
/// The host implements it and may add functions at its end with a new ABI minor.
class DBACKUP_SDK_EXPORT RunContext {
public:
    RunContext() = default;
    RunContext(const RunContext&) = delete;
    RunContext& operator=(const RunContext&) = delete;
    virtual ~RunContext();

    /// Asked to stop? Every wait of a plugin watches this token and throws Error Cancelled.
    virtual std::stop_token stop() const noexcept = 0;
    /// One entry of the execution's log. Known secrets in the text are masked by the host.
    /// @param details  longer text (a tool's output), may be empty
    // NOLINTNEXTLINE(google-default-arguments): always called through this type
    virtual void log(LogLevel level, std::string_view message, std::string_view details = {}) = 0;
    /// How many bytes the current dump or restore will produce in all, as far as the plugin can tell.
    virtual void estimate(std::uint64_t bytes) = 0;
    /// Announces something that a kill would leave behind (a temporary name, an upload id), before it
    /// exists. The token is handed to StorageTarget::cleanup() after a crash.
    virtual void leftover(std::string_view token) = 0;
    /// The announced thing is gone or has become the object.
    virtual void leftoverGone(std::string_view token) = 0;
    /// A private folder (0700) of this run, removed with it. The only place where a plugin may write files.
    virtual const std::filesystem::path& scratch() const noexcept = 0;
    /// Colon-separated folders in which vendor tools are looked for, first match first.
    virtual const std::string& toolPath() const noexcept = 0;
    /// Masks this value in everything that is logged from now on.
    virtual void mask(const SecretString& secret) = 0;

    /// @throws Error Cancelled when a stop was requested
    void throwIfStopped() const;

    /// The plugin is at work, though no byte moves: an index is being built, a file checked. Call it as often
    /// as something is really done, never by a timer alone: it keeps the watchdog away that ends runs which
    /// stall. What a tool of Subprocess writes to its standard error counts by itself.
    virtual void progress();
};

}  // namespace dbackup::sdk
