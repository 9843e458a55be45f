#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/run_context.h>

#include "packet.h"
#include "request_channel.h"
#include "requests.h"
#include "session.h"

namespace dbackup::sftp {

/// How a request has ended (SSH_FX_*).
struct Status {
    static constexpr std::uint32_t ok_code = 0;
    static constexpr std::uint32_t end_code = 1;
    static constexpr std::uint32_t no_such_file_code = 2;

    std::uint32_t code = ok_code;
    std::string message;

    bool ok() const noexcept { return code == ok_code; }
    bool isEnd() const noexcept { return code == end_code; }
    bool isMissing() const noexcept { return code == no_such_file_code; }
    /// Has the server told no reason? OpenSSH does so for a full disk, a name that is taken and much else.
    bool isVague() const noexcept { return code == 4; }
    bool isRefusal() const noexcept { return code == 3; }
};

/// A connection to the server that is ready for requests. [one thread at a time]
class Connection {
public:
    /// @param server  outlives it, as does keys
    /// @param run     watched for its stop until setRun()
    /// @throws Error Unavailable, Authentication, Settings, Unsupported, Cancelled
    Connection(const ServerSettings& server,
               HostKeyCheck& keys,
               sdk::RunContext& run,
               std::chrono::milliseconds connect_timeout);

    RequestChannel& channel() noexcept { return channel_; }
    std::uint32_t send(Packet packet) { return channel_.send(std::move(packet)); }
    bool offers(std::string_view extension) const { return extensions_.contains(std::string(extension)); }
    /// How many bytes one request may write or read.
    std::uint32_t mostWritten() const noexcept { return most_written_; }
    std::uint32_t mostRead() const noexcept { return most_read_; }

    /// Does the server still answer? @throws Error Cancelled
    bool isAlive();
    /// The end of a request that is answered by nothing else.
    Status status(std::uint32_t id, int patience = 1);
    /// Makes a request and waits for its end.
    Status ask(Packet packet) { return status(send(std::move(packet))); }
    /// The handle of an open, or why there is none.
    std::pair<std::string, Status> handle(std::uint32_t id);
    /// The attributes of an lstat or fstat; nothing where there is no such file.
    /// @param what  for the error: "look at x"
    std::optional<Attributes> attributes(std::uint32_t id, const std::string& what);
    /// Free bytes for us where this path lies; nothing when the server does not tell.
    std::optional<std::uint64_t> freeBytes(std::string_view path);

    /// What a request's end means: "cannot <what>: <why>".
    sdk::Error errorFrom(const std::string& what, const Status& status) const;
    const std::string& serverName() const noexcept { return session_.serverName(); }

private:
    void greet();
    void learnLimits();

    const std::chrono::milliseconds connect_timeout_;
    Session session_;
    RequestChannel channel_;
    std::set<std::string> extensions_;
    std::uint32_t most_written_ = 32U << 10;  // what every server must take
    std::uint32_t most_read_ = 32U << 10;
};

/// What an answer of type Status says. @throws Error Unavailable for one of another type
Status statusFrom(const Answer& answer);

}  // namespace dbackup::sftp
