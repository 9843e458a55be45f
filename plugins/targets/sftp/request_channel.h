#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <libssh/libssh.h>

#include <dbackup/sdk/run_context.h>

#include "packet.h"
#include "session.h"

namespace dbackup::sftp {

/// What a server has answered to one request.
struct Answer {
    PacketType type = PacketType::None;
    std::string body;  ///< without type and id
};

/// Sends requests without waiting for their answers, and gathers these, in whatever order they come. [one
/// thread at a time]
///
/// libssh has no writes that do not wait for their answers, so a link's delay would set the pace; and all
/// that we ask of a server is short. Packets are sent whole, even when a call ends by an exception in
/// between.
class RequestChannel {
public:
    /// @param session  outlives it
    /// @param silence  after which the server counts as lost
    RequestChannel(Session& session, sdk::RunContext& run, std::chrono::milliseconds silence);
    RequestChannel(const RequestChannel&) = delete;
    RequestChannel& operator=(const RequestChannel&) = delete;
    ~RequestChannel();

    /// Whose stop is watched from now on. It outlives the object, or the next call of this.
    void setRun(sdk::RunContext& run) noexcept { run_ = &run; }

    /// @return the id of the request. @throws Error Unavailable, Cancelled
    std::uint32_t send(Packet packet);
    /// The answer, if it is there already.
    std::optional<Answer> take(std::uint32_t id);
    /// @param patience  how many times the usual silence is borne
    /// @throws Error Unavailable, Cancelled
    Answer wait(std::uint32_t id, int patience = 1);
    /// The next answer to any request. @throws Error Unavailable, Cancelled
    std::pair<std::uint32_t, Answer> waitForAny();
    /// Nobody will ask for this answer.
    void ignore(std::uint32_t id);
    /// Waits for all answers and drops them. @return false when they are not there in time
    bool drain(std::chrono::milliseconds most);
    /// The server's first packet, which bears no id.
    Answer waitForVersion();

    /// Can other requests be made, with no answer due but ignored ones?
    bool isIdle() const noexcept { return !broken_ && waiting_.empty() && answers_.empty(); }
    bool isBroken() const noexcept { return broken_; }
    /// Looks whether the connection still stands, without waiting.
    bool isAlive();
    /// For how long no byte has come or gone.
    Clock::duration idleTime() const { return Clock::now() - progress_; }

private:
    void pump(bool may_wait);
    bool flush();
    void receive(int timeout_ms);
    void parse();
    void accept(std::string_view packet);
    void requireProgress(int patience);
    [[noreturn]] void fail(const sdk::Error& error);

    Session& session_;
    sdk::RunContext* run_;
    const std::chrono::milliseconds silence_;
    ssh_channel channel_;
    std::unique_ptr<std::byte[]> buffer_;
    std::string out_;  ///< the rest of a packet that the server's window had no room for
    std::string in_;   ///< the beginning of a packet
    std::size_t since_window_ = 0;
    std::uint32_t last_id_ = 0;
    std::set<std::uint32_t> waiting_;
    std::set<std::uint32_t> ignored_;
    std::map<std::uint32_t, Answer> answers_;
    std::optional<Answer> version_;
    Clock::time_point progress_ = Clock::now();
    bool broken_ = false;
};

}  // namespace dbackup::sftp
