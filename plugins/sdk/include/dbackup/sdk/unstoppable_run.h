#pragma once

#include <string_view>

#include <dbackup/sdk/run_context.h>

namespace dbackup::sdk {

/// A run that was cancelled must clean up and finish what is begun: the same run, but never stopped.
/// [thread-safe]
class UnstoppableRun final : public RunContext {
public:
    /// @param run  must outlive the object
    explicit UnstoppableRun(RunContext& run) : run_(run) {}
    std::stop_token stop() const noexcept override { return {}; }
    // NOLINTNEXTLINE(google-default-arguments): as in the interface
    void log(LogLevel level, std::string_view message, std::string_view details = {}) override {
        run_.log(level, message, details);
    }
    void estimate(std::uint64_t bytes) override { run_.estimate(bytes); }
    void leftover(std::string_view token) override { run_.leftover(token); }
    void leftoverGone(std::string_view token) override { run_.leftoverGone(token); }
    const std::filesystem::path& scratch() const noexcept override { return run_.scratch(); }
    const std::string& toolPath() const noexcept override { return run_.toolPath(); }
    void mask(const SecretString& secret) override { run_.mask(secret); }
    void progress() override { run_.progress(); }

private:
    RunContext& run_;
};

}  // namespace dbackup::sdk
