#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include <dbackup/sdk/run_context.h>

#include "core/protocol/messages.h"
#include "core/worker/confirmations.h"
#include "core/worker/event_writer.h"
#include "core/worker/masker.h"

namespace dbackup::worker {

/// What all parts of one run share: events, secrets to mask, folders, the stop token. [thread-safe]
class Run {
public:
    /// @param events, masker, confirmations  outlive it
    /// @param confirmations  the daemon's; without them nothing is waited for
    Run(EventWriter& events, Masker& masker, std::stop_token stop, Confirmations* confirmations = nullptr);

    /// Folders of the request, before the first plugin is called.
    void setUp(const protocol::RunSetup& setup);

    EventWriter& events() noexcept { return events_; }
    Masker& masker() noexcept { return masker_; }
    /// Requested by the daemon.
    const std::stop_token& stop() const noexcept { return stop_; }
    const std::filesystem::path& scratch() const noexcept { return scratch_; }
    const std::string& toolPath() const noexcept { return tool_path_; }

    /// Where a command puts bytes that are no events; -1 = nowhere. Not owned.
    void setDataOutput(int fd) noexcept { data_output_ = fd; }
    int dataOutput() const noexcept { return data_output_; }

    /// Sends a Leftover event; returns when it is on the daemon's record. @throws Error Cancelled
    void announce(protocol::Event event);
    /// The stage that log entries are written under.
    void setStage(std::string_view stage);
    /// Something is done though no byte moves. Told to the daemon once a second at most.
    void working();
    /// @param type  general | command | storage | security
    void log(sdk::LogLevel level,
             std::string_view type,
             std::string_view message,
             std::string_view details = {});

private:
    EventWriter& events_;
    Masker& masker_;
    const std::stop_token stop_;
    Confirmations* const confirmations_;
    std::filesystem::path scratch_;
    std::string tool_path_;
    bool confirms_ = false;
    int data_output_ = -1;
    std::mutex announcing_;  // guards announced_, and its order among the events
    std::uint64_t announced_ = 0;
    std::mutex mutex_;  // guards stage_
    std::string stage_;
    std::atomic<std::int64_t> last_working_ms_ = 0;
};

/// A stage of the run, as the history will show it. Started once and ended once; what fails is left open.
/// [thread-safe]
class Stage {
public:
    Stage(Run& run, std::string_view name);

    /// Idempotent.
    void start();
    void end();
    /// Progress; events go out at most every 200 ms, so at most 10 a second while two stages overlap.
    void add(std::size_t bytes);
    /// More bytes, or fewer, are expected in all than was thought.
    void expect(std::int64_t more_bytes) { total_ += more_bytes; }

private:
    void send(protocol::Event::Kind kind);

    Run& run_;
    const std::string name_;
    std::atomic<bool> started_ = false;
    std::atomic<std::int64_t> bytes_ = 0;
    std::atomic<std::int64_t> total_ = 0;
    std::atomic<std::int64_t> last_sent_ms_ = 0;
};

/// What the plugins see of a run: one for each component and purpose. [thread-safe]
class PluginContext final : public sdk::RunContext {
public:
    using Estimate = std::function<void(std::uint64_t)>;

    /// @param run  outlives it
    /// @param stop  of this purpose; may be requested before the run's own
    /// @param estimate  takes what the plugin says of the size; may be empty
    PluginContext(Run& run,
                  const protocol::ComponentRef& component,
                  std::stop_token stop,
                  Estimate estimate = {});

    std::stop_token stop() const noexcept override { return stop_; }
    void log(sdk::LogLevel level, std::string_view message, std::string_view details) override;
    void estimate(std::uint64_t bytes) override;
    void leftover(std::string_view token) override;
    void leftoverGone(std::string_view token) override;
    void progress() override { run_.working(); }
    const std::filesystem::path& scratch() const noexcept override { return run_.scratch(); }
    const std::string& toolPath() const noexcept override { return run_.toolPath(); }
    void mask(const sdk::SecretString& secret) override { run_.masker().add(secret); }

private:
    protocol::Event tokenEvent(protocol::Event::Kind kind, std::string_view token) const;

    Run& run_;
    const std::string component_id_;
    const std::stop_token stop_;
    const Estimate estimate_;
};

}  // namespace dbackup::worker
