#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/connection.h"

namespace dbackup::cli {

/// One server-sent event.
struct ServerEvent {
    std::string name;
    std::string data;
    std::int64_t id = 0;  ///< 0 = none
};

/// Cuts a stream of bytes into events (https://html.spec.whatwg.org/multipage/server-sent-events.html). [one
/// thread]
class EventParser {
public:
    /// @return the events that these bytes complete
    std::vector<ServerEvent> feed(std::string_view bytes);

private:
    void takeLine(std::string_view line, std::vector<ServerEvent>& events);

    std::string line_;
    ServerEvent event_;
    bool has_data_ = false;
};

/// The events of one execution, read by a thread of its own. Ends by itself when the server ends the stream
/// or the connection is lost. [one thread beside its own]
class EventStream {
public:
    EventStream(Connection connection, std::string path);
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;
    ~EventStream();

    /// Can be read when take() has something, or the stream has ended.
    int fd() const noexcept { return wake_fd_; }
    /// What came since the last call.
    std::deque<ServerEvent> take();
    /// No more will come.
    bool hasEnded() const;

private:
    void read();
    void publish(std::vector<ServerEvent> events, bool ended);

    Connection connection_;
    std::string path_;
    int wake_fd_;
    mutable std::mutex mutex_;
    std::deque<ServerEvent> events_;
    bool ended_ = false;
    bool stopping_ = false;
    int socket_ = -1;  ///< of the reading thread, for as long as it has one
    std::jthread reader_;
};

}  // namespace dbackup::cli
