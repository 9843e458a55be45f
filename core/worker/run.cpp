#include "core/worker/run.h"

#include "core/base/clock.h"

namespace dbackup::worker {

namespace {

using Kind = protocol::Event::Kind;

constexpr std::int64_t progress_interval_ms = 200;
constexpr std::int64_t working_interval_ms = 1000;

TimePoint now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::int64_t steadyMillis() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

std::string_view nameOf(sdk::LogLevel level) {
    switch (level) {
        case sdk::LogLevel::Debug:
            return "debug";
        case sdk::LogLevel::Success:
            return "success";
        case sdk::LogLevel::Warning:
            return "warning";
        case sdk::LogLevel::Error:
            return "error";
        case sdk::LogLevel::Info:
        case sdk::LogLevel::None:
            break;
    }
    return "info";
}

}  // namespace

Run::Run(EventWriter& events, Masker& masker, std::stop_token stop, Confirmations* confirmations)
    : events_(events), masker_(masker), stop_(std::move(stop)), confirmations_(confirmations) {}

void Run::setUp(const protocol::RunSetup& setup) {
    scratch_ = setup.scratch;
    tool_path_ = setup.tool_path;
    confirms_ = setup.confirms && confirmations_ != nullptr;
}

void Run::announce(protocol::Event event) {
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(announcing_);
        number = ++announced_;
        events_.send(std::move(event));
    }
    if (confirms_ && !confirmations_->wait(number, stop_)) {
        throw Error(ErrorKind::Cancelled, "the run was cancelled");
    }
}

void Run::setStage(std::string_view stage) {
    const std::lock_guard lock(mutex_);
    stage_ = stage;
}

void Run::working() {
    const std::int64_t time = steadyMillis();
    std::int64_t last = last_working_ms_;
    if (time - last < working_interval_ms || !last_working_ms_.compare_exchange_strong(last, time)) return;
    protocol::Event event;
    event.kind = Kind::Working;
    {
        const std::lock_guard lock(mutex_);
        event.stage = stage_;
    }
    events_.send(std::move(event));
}

void Run::log(sdk::LogLevel level,
              std::string_view type,
              std::string_view message,
              std::string_view details) {
    protocol::Event event;
    event.kind = Kind::Log;
    event.log.timestamp = now();
    event.log.level = nameOf(level);
    event.log.type = type;
    event.log.message = message;
    event.log.details = details;
    {
        const std::lock_guard lock(mutex_);
        event.log.stage = stage_;
    }
    events_.send(std::move(event));
}

Stage::Stage(Run& run, std::string_view name) : run_(run), name_(name) {}

void Stage::start() {
    if (started_.exchange(true)) return;
    last_sent_ms_ = steadyMillis();
    send(Kind::StageStarted);
}

void Stage::end() {
    send(Kind::StageEnded);
}

void Stage::add(std::size_t bytes) {
    bytes_ += static_cast<std::int64_t>(bytes);
    const std::int64_t time = steadyMillis();
    std::int64_t last = last_sent_ms_;
    if (time - last < progress_interval_ms) return;
    if (last_sent_ms_.compare_exchange_strong(last, time)) send(Kind::Progress);
}

void Stage::send(Kind kind) {
    protocol::Event event;
    event.kind = kind;
    event.stage = name_;
    event.bytes = bytes_;
    event.total_bytes = std::max<std::int64_t>(total_, 0);
    run_.events().send(std::move(event));
}

PluginContext::PluginContext(Run& run,
                             const protocol::ComponentRef& component,
                             std::stop_token stop,
                             Estimate estimate)
    : run_(run), component_id_(component.id), stop_(std::move(stop)), estimate_(std::move(estimate)) {}

void PluginContext::log(sdk::LogLevel level, std::string_view message, std::string_view details) {
    run_.log(level, "general", message, details);
}

void PluginContext::estimate(std::uint64_t bytes) {
    if (estimate_) estimate_(bytes);
}

void PluginContext::leftover(std::string_view token) {
    run_.announce(tokenEvent(Kind::Leftover, token));
}

void PluginContext::leftoverGone(std::string_view token) {
    run_.events().send(tokenEvent(Kind::LeftoverGone, token));
}

protocol::Event PluginContext::tokenEvent(Kind kind, std::string_view token) const {
    protocol::Event event;
    event.kind = kind;
    event.component_id = component_id_;
    event.token = token;
    return event;
}

}  // namespace dbackup::worker
