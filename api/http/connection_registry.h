#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

#include <Poco/Net/StreamSocket.h>

namespace dbackup::api {

/// All open connections, so that a stop reaches those that wait in a read, and none can hold a thread for
/// ever by sending slowly. [thread-safe]
class ConnectionRegistry {
    struct Entry {
        Poco::Net::StreamSocket socket;
        std::chrono::steady_clock::time_point deadline;  // max() while nothing is being received
        bool idle = true;
        bool expired = false;
    };

public:
    /// A connection's place in the registry. [one thread]
    class Ticket {
    public:
        Ticket(ConnectionRegistry& registry, const Poco::Net::StreamSocket& socket);
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;
        ~Ticket();

        /// A request begins; it must be complete by `deadline`.
        void receiving(std::chrono::steady_clock::time_point deadline);
        /// The request is complete and being worked on.
        void working();
        /// The answer is sent. @return false when the connection must end because the server stops
        bool idle();
        /// True when the deadline has passed before the request was complete.
        bool expired() const;

    private:
        ConnectionRegistry& registry_;
        std::list<Entry>::iterator entry_;
    };

    /// Ends the reading of those whose deadline has passed.
    void expire(std::chrono::steady_clock::time_point now);
    /// Ends idle connections now and the others after their answer.
    void drain();
    /// Cuts all connections.
    void cut();
    /// Waits until no connection is left. @return false when some are left after `patience`
    bool waitEmpty(std::chrono::milliseconds patience);
    std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::list<Entry> entries_;
    bool draining_ = false;
};

}  // namespace dbackup::api
