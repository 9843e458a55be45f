#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>

#include <dbackup/sdk/run_context.h>

namespace dbackup::objects {

/// A run whose end is not quite that of the run it belongs to. [thread-safe]
class OwnStop : public sdk::RunContext {
public:
    std::stop_token stop() const noexcept override { return source_.get_token(); }
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

    void requestStop() noexcept { source_.request_stop(); }

protected:
    /// @param run  must outlive the object
    explicit OwnStop(sdk::RunContext& run) : run_(run) {}
    sdk::RunContext& run_;

private:
    std::stop_source source_;
};

/// Stops with its run, and before it when it is told to.
class PartRun final : public OwnStop {
public:
    explicit PartRun(sdk::RunContext& run) : OwnStop(run), link_(run.stop(), [this] { requestStop(); }) {}

private:
    std::stop_callback<std::function<void()>> link_;
};

/// Stops a moment after its run, for requests whose answer decides whether an object is there.
class GraceRun final : public OwnStop {
public:
    GraceRun(sdk::RunContext& run, std::chrono::milliseconds grace);

private:
    void watch(const std::stop_token& own, std::chrono::milliseconds grace);

    std::mutex mutex_;  // guards stopped_
    std::condition_variable_any changed_;
    bool stopped_ = false;
    std::jthread thread_;  // last, so that it is joined first
};

}  // namespace dbackup::objects
