#include "concurrent.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/signals_blocked.h>

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;

namespace {

/// The same run, which ends also when one of those that share it fails. [thread-safe]
class SharedRun final : public sdk::RunContext {
public:
    explicit SharedRun(sdk::RunContext& run)
        : run_(run), link_(run.stop(), [this] { end_.request_stop(); }) {}
    std::stop_token stop() const noexcept override { return end_.get_token(); }
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

    void fail(const Error& error) {
        {
            const std::lock_guard lock(mutex_);
            if (!first_) first_ = error;
        }
        end_.request_stop();
    }
    /// When all have ended.
    void throwIfFailed() const {
        if (first_) throw Error(*first_);
        run_.throwIfStopped();
    }

private:
    sdk::RunContext& run_;
    std::stop_source end_;
    std::mutex mutex_;
    std::optional<Error> first_;
    std::stop_callback<std::function<void()>> link_;
};

void doTask(const std::function<void(sdk::RunContext&)>& task, SharedRun& run) {
    try {
        task(run);
    } catch (const Error& error) {
        run.fail(error);
    } catch (const std::exception& error) {
        run.fail(Error(ErrorKind::Internal, error.what()));
    }
}

}  // namespace

void concurrently(std::size_t at_a_time,
                  const std::vector<std::function<void(sdk::RunContext&)>>& tasks,
                  sdk::RunContext& run) {
    SharedRun shared(run);
    std::atomic<std::size_t> next = 0;
    {
        const sdk::AllSignalsBlocked blocked;
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < std::min(at_a_time, tasks.size()); ++i) {
            threads.emplace_back([&] {
                for (std::size_t task = next++; task < tasks.size(); task = next++) {
                    if (!shared.stop().stop_requested()) doTask(tasks[task], shared);
                }
            });
        }
    }
    shared.throwIfFailed();
}

}  // namespace dbackup::postgres
