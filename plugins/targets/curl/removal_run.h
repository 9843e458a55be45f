#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include <dbackup/sdk/run_context.h>

namespace dbackup::curl {

/// The run in which an unfinished object is removed: a stop of the run that it belongs to does not hinder it,
/// but it is stopped itself in time, so that a run that was stopped ends within two seconds though the server
/// says nothing. What could not be removed by then stays announced. [one thread]
class RemovalRun final : public sdk::RunContext {
public:
    /// @param run  outlives it
    explicit RemovalRun(sdk::RunContext& run);

    std::stop_token stop() const noexcept override { return own_.get_token(); }
    // NOLINTNEXTLINE(google-default-arguments): as in the interface
    void log(sdk::LogLevel level, std::string_view message, std::string_view details = {}) override {
        run_.log(level, message, details);
    }
    void estimate(std::uint64_t bytes) override { run_.estimate(bytes); }
    void leftover(std::string_view token) override { run_.leftover(token); }
    void leftoverGone(std::string_view token) override { run_.leftoverGone(token); }
    const std::filesystem::path& scratch() const noexcept override { return run_.scratch(); }
    const std::string& toolPath() const noexcept override { return run_.toolPath(); }
    void mask(const sdk::SecretString& secret) override { run_.mask(secret); }
    void progress() override { run_.progress(); }

private:
    sdk::RunContext& run_;
    std::stop_source own_;
    std::mutex mutex_;
    std::condition_variable_any woken_;
    std::jthread timer_;  // last: it uses what is above
};

}  // namespace dbackup::curl
