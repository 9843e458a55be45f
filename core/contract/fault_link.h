#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include <Poco/Net/StreamSocket.h>

#include "core/contract/wire_fault.h"

namespace dbackup::contract {

/// One connection through a proxy and its other half, passed on by a thread of its own. [one thread]
class FaultLink {
public:
    /// How many of some bytes pass before the fault strikes among them. Called on the link's thread.
    using Admit = std::function<std::size_t(std::size_t bytes, bool of_client)>;
    /// Changes what the server says. Called on the link's thread.
    using RewriteReply = std::function<std::string(std::string reply)>;

    /// @param rewrite  may be empty
    FaultLink(const Poco::Net::StreamSocket& client,
              const Poco::Net::StreamSocket& server,
              WireFault fault,
              Admit admit,
              RewriteReply rewrite);
    FaultLink(const FaultLink&) = delete;
    FaultLink& operator=(const FaultLink&) = delete;
    ~FaultLink() = default;  // closes both halves

    bool hasEnded() const noexcept { return has_ended_; }

private:
    struct Flow {
        Poco::Net::StreamSocket from;
        Poco::Net::StreamSocket to;
        bool of_client;
        std::string waiting;  // to be sent
        std::chrono::steady_clock::time_point not_before{};
        bool is_over = false;   // its sender has ended
        bool was_told = false;  // and its receiver has been told

        bool hasEnded() const { return is_over && waiting.empty(); }
    };

    void pass(const std::stop_token& stop);
    void waitForBytes() const;
    void receive(Flow& flow);
    void send(Flow& flow);
    void strike(Flow& flow, std::string_view rest);
    void answer503(Flow& flow);
    void close(bool with_reset);

    const WireFault fault_;
    const Admit admit_;
    const RewriteReply rewrite_;
    Flow up_;
    Flow down_;
    bool is_silent_ = false;  // what comes is taken and dropped
    bool is_closed_ = false;
    std::atomic<bool> has_ended_{false};
    std::jthread thread_;  // last, so that it is joined first
};

}  // namespace dbackup::contract
