#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <dbackup/sdk/error.h>

#include "wire.h"

namespace dbackup::redis {

/// One value of the protocol RESP 2 (https://redis.io/docs/latest/develop/reference/protocol-spec/). Integers
/// and null become text.
struct Reply {
    std::string text;            ///< of a simple or bulk string, an integer or an error
    std::vector<Reply> entries;  ///< of an array
    bool error = false;
};

/// Reads the protocol from a connection. [one thread]
class RespReader {
public:
    /// @param wire  must outlive the object
    explicit RespReader(Wire& wire) : wire_(wire) {}

    /// A line without its end. @throws Error Unavailable at the end of the connection
    std::string line(Wire::Deadline deadline = {});
    Reply reply(Wire::Deadline deadline = {});
    /// What a client says: an array of texts, or the words of a line (as Redis before 6 does as a replica).
    std::vector<std::string> command(Wire::Deadline deadline = {});
    /// What has come of the connection beyond what was asked for, and more of it; 0 is the end.
    std::size_t read(std::span<std::byte> into, Wire::Deadline deadline = {});

private:
    Reply replyTo(const std::string& head, Wire::Deadline deadline);
    std::string bytes(std::size_t count, Wire::Deadline deadline);
    /// @return false at the end of the connection
    bool more(Wire::Deadline deadline);

    Wire& wire_;
    std::string buffer_;
    std::size_t at_ = 0;
};

/// A connection for commands, authenticated. [one thread]
class Connection {
public:
    /// @param server  must outlive the object, as must run
    /// @throws Error Authentication, Permission, Unavailable, Settings
    Connection(const ServerSettings& server, sdk::RunContext& run);

    /// Sends a command and gives the answer, errors included.
    Reply tell(const std::vector<std::string>& command);
    /// The same; @throws Error Permission with the access rule that is missing, Unsupported, Unavailable
    Reply ask(const std::vector<std::string>& command);
    /// INFO, by keys.
    std::map<std::string, std::string> info();
    /// One parameter of CONFIG GET; empty when the server has none of that name.
    std::string config(const std::string& parameter);

    Wire& wire() noexcept { return wire_; }
    RespReader& reader() noexcept { return reader_; }

private:
    void authenticate(const ServerSettings& server);

    std::chrono::seconds timeout_;
    Wire wire_;
    RespReader reader_;
};

/// A command as it is sent.
std::string encoded(const std::vector<std::string>& command);
/// What a server's error answer means. @param command  for the message
sdk::Error errorFrom(const std::string& server, const std::string& command, const std::string& answer);

}  // namespace dbackup::redis
