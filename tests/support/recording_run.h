#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/run_context.h>

#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// The host's side of a run for tests of plugins: remembers what it is told. [thread-safe]
class RecordingRun final : public sdk::RunContext {
public:
    struct Entry {
        sdk::LogLevel level;
        std::string message;
        std::string details;
    };

    std::stop_token stop() const noexcept override { return source_.get_token(); }
    void log(sdk::LogLevel level, std::string_view message, std::string_view details = {}) override {
        if (on_log) on_log(message);
        const std::lock_guard lock(mutex_);
        log_.push_back({level, std::string(message), std::string(details)});
    }
    void estimate(std::uint64_t bytes) override {
        const std::lock_guard lock(mutex_);
        estimated_ = bytes;
    }
    void leftover(std::string_view token) override {
        const std::lock_guard lock(mutex_);
        leftovers_.emplace_back(token);
    }
    void leftoverGone(std::string_view token) override {
        const std::lock_guard lock(mutex_);
        std::erase(leftovers_, token);
    }
    const std::filesystem::path& scratch() const noexcept override { return scratch_.path(); }
    const std::string& toolPath() const noexcept override { return tool_path; }
    void mask(const sdk::SecretString& secret) override {
        const std::lock_guard lock(mutex_);
        masked_.push_back(secret.reveal());
    }
    void progress() override { ++progress_; }

    void requestStop() { source_.request_stop(); }
    std::vector<Entry> entries() const {
        const std::lock_guard lock(mutex_);
        return log_;
    }
    std::vector<std::string> messages() const {
        std::vector<std::string> texts;
        for (const Entry& entry : entries()) {
            texts.push_back(entry.message);
        }
        return texts;
    }
    int progressCalls() const { return progress_; }
    std::uint64_t estimated() const {
        const std::lock_guard lock(mutex_);
        return estimated_;
    }
    std::vector<std::string> leftovers() const {
        const std::lock_guard lock(mutex_);
        return leftovers_;
    }
    std::vector<std::string> masked() const {
        const std::lock_guard lock(mutex_);
        return masked_;
    }

    std::string tool_path = "/usr/local/bin:/usr/bin:/bin";  ///< set before use
    std::function<void(std::string_view)> on_log;            ///< set before use; may throw

private:
    TempDir scratch_;
    std::stop_source source_;
    mutable std::mutex mutex_;
    std::vector<Entry> log_;
    std::vector<std::string> leftovers_;
    std::vector<std::string> masked_;
    std::atomic<int> progress_ = 0;
    std::uint64_t estimated_ = 0;
};

}  // namespace dbackup::test
