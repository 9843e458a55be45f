#pragma once

#include <filesystem>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/run_context.h>

namespace dbackup::contract {

/// Texts that are shorter are found everywhere and are not looked for, bytes.
constexpr std::size_t shortest_secret = 4;

/// The host's side of one call of a check: remembers what it is told. [thread-safe]
class CheckRun final : public sdk::RunContext {
public:
    /// @param tool_path  colon-separated folders
    /// @param secrets    texts that must not be logged
    CheckRun(std::string tool_path, std::vector<std::string> secrets);
    CheckRun(const CheckRun&) = delete;
    CheckRun& operator=(const CheckRun&) = delete;
    ~CheckRun() override;

    std::stop_token stop() const noexcept override { return source_.get_token(); }
    void log(sdk::LogLevel level, std::string_view message, std::string_view details = {}) override;
    void estimate(std::uint64_t bytes) override;
    void leftover(std::string_view token) override;
    void leftoverGone(std::string_view token) override;
    const std::filesystem::path& scratch() const noexcept override { return scratch_; }
    const std::string& toolPath() const noexcept override { return tool_path_; }
    void mask(const sdk::SecretString& secret) override;

    void requestStop() { source_.request_stop(); }
    /// What was logged as a warning or an error, one a line.
    std::string warnings() const;
    /// Announced and not yet gone.
    std::set<std::string> leftovers() const;
    /// Does the text hold one of the secrets?
    bool tells(std::string_view text) const;
    /// @throws Broken when a secret was logged, when something announced is not gone, or files lie in the
    /// scratch folder
    void requireClean() const;

private:
    const std::string tool_path_;
    std::vector<std::string> secrets_;
    std::filesystem::path scratch_;
    std::stop_source source_;
    mutable std::mutex mutex_;  // guards all below
    std::string told_;          // the log entry that held a secret
    std::string warnings_;
    std::set<std::string> leftovers_;
};

}  // namespace dbackup::contract
