#include "server_work.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include <dbackup/sdk/signals_blocked.h>

#include "connection.h"

namespace dbackup::postgres {

namespace {

constexpr std::chrono::seconds look_interval{1};

/// Others' sessions show their state to superusers and members of pg_read_all_stats only; the tool's are our
/// own account's (PostgreSQL manual, pg_stat_activity).
constexpr const char* sessions_at_work = R"(
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = $1 AND pid <> pg_backend_pid() AND state = 'active'
      AND coalesce(wait_event_type, '') NOT IN ('Lock', 'Client'))";

}  // namespace

ServerWork::ServerWork(const ServerSettings& server, std::string database, sdk::RunContext& run)
    : server_(server), database_(std::move(database)), run_(run) {
    const sdk::AllSignalsBlocked blocked;
    thread_ = std::jthread([this](const std::stop_token& ended) { watch(ended); });
}

void ServerWork::watch(const std::stop_token& ended) try {
    std::mutex mutex;
    std::condition_variable_any pause;
    std::unique_lock lock(mutex);
    const auto is_over = [&] { return run_.stop().stop_requested(); };
    // The first look is late: most restores are done by then and need no connection more.
    if (pause.wait_for(lock, ended, look_interval, is_over) || ended.stop_requested()) return;
    Connection connection = connectToServer(server_, run_, database_);
    do {
        if (connection.value(sessions_at_work, {database_}) != "0") run_.progress();
    } while (!pause.wait_for(lock, ended, look_interval, is_over) && !ended.stop_requested());
} catch (const sdk::Error& error) {
    if (error.kind() == sdk::ErrorKind::Cancelled) return;
    run_.log(
        sdk::LogLevel::Warning,
        "Cannot see whether the server is at work; what takes longer than the time limit for stalled runs "
        "ends the restore: " +
            error.text());
}

}  // namespace dbackup::postgres
