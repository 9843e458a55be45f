#include "core/contract/fault_link.h"

#include <array>
#include <cerrno>
#include <utility>

#include <Poco/Net/NetException.h>
#include <poll.h>
#include <sys/socket.h>

namespace dbackup::contract {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = WireFault::Kind;

constexpr int look_at_stop_ms = 20;
constexpr int buffer_bytes = 64 * 1024;
constexpr auto one_delay = 700ms;
constexpr auto each_delay = 5ms;
constexpr std::string_view answer_503 =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

}  // namespace

const char* toString(Kind kind) {
    switch (kind) {
        case Kind::None:
            return "none";
        case Kind::Delay:
            return "delay";
        case Kind::Cut:
            return "cut";
        case Kind::Reset:
            return "reset";
        case Kind::Answer503:
            return "503";
        case Kind::Swallow:
            return "swallow";
        case Kind::Corrupt:
            return "corrupt";
    }
    return "unknown";
}

FaultLink::FaultLink(const Poco::Net::StreamSocket& client,
                     const Poco::Net::StreamSocket& server,
                     WireFault fault,
                     Admit admit,
                     RewriteReply rewrite)
    : fault_(fault),
      admit_(std::move(admit)),
      rewrite_(std::move(rewrite)),
      up_{client, server, true, {}},
      down_{server, client, false, {}},
      thread_([this](const std::stop_token& stop) { pass(stop); }) {}

void FaultLink::pass(const std::stop_token& stop) {
    try {
        up_.from.setBlocking(false);
        down_.from.setBlocking(false);
        while (!stop.stop_requested() && !is_closed_ && !(up_.was_told && down_.was_told)) {
            waitForBytes();
            for (Flow* flow : {&up_, &down_}) {
                if (!is_closed_ && flow->waiting.empty() && !flow->is_over) receive(*flow);
                if (!is_closed_) send(*flow);
            }
        }
    } catch (const Poco::Exception&) {
        close(true);  // one side has ended the connection: the other is told so
    }
    if (!is_closed_) close(false);
    has_ended_ = true;
}

void FaultLink::waitForBytes() const {
    const auto now = Clock::now();
    std::array<pollfd, 2> sockets{{{-1, 0, 0}, {-1, 0, 0}}};
    const std::array<const Flow*, 2> flows{&up_, &down_};
    for (std::size_t i = 0; i < flows.size(); ++i) {
        const Flow& in = *flows.at(i);
        const Flow& out = *flows.at(1 - i);
        short events = 0;
        if (in.waiting.empty() && !in.is_over) events |= POLLIN;
        if (!out.waiting.empty() && out.not_before <= now) events |= POLLOUT;
        // One without events would wake us for ever once it has ended.
        if (events != 0) sockets.at(i) = {in.from.impl()->sockfd(), events, 0};
    }
    ::poll(
        sockets.data(), sockets.size(), up_.waiting.empty() && down_.waiting.empty() ? look_at_stop_ms : 2);
}

void FaultLink::receive(Flow& flow) {
    std::array<char, buffer_bytes> buffer{};
    int count = 0;
    try {
        count = flow.from.receiveBytes(buffer.data(), buffer_bytes);
    } catch (const Poco::TimeoutException&) {
        return;  // nothing yet
    }
    if (count < 0) return;
    if (count == 0) {
        flow.is_over = true;
        return;
    }
    if (is_silent_) return;
    const std::string_view came(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t admitted = admit_(came.size(), flow.of_client);
    flow.waiting = came.substr(0, admitted);
    if (rewrite_ && !flow.of_client) flow.waiting = rewrite_(std::move(flow.waiting));
    if (admitted < came.size()) strike(flow, came.substr(admitted));
}

void FaultLink::send(Flow& flow) {
    if (!flow.waiting.empty() && flow.not_before <= Clock::now()) {
        try {
            const int count =
                flow.to.sendBytes(flow.waiting.data(), static_cast<int>(flow.waiting.size()), MSG_NOSIGNAL);
            if (count > 0) flow.waiting.erase(0, static_cast<std::size_t>(count));
        } catch (const Poco::IOException& error) {
            if (error.code() == EAGAIN || error.code() == EWOULDBLOCK) return;  // no room yet
            throw;
        }
    }
    if (flow.hasEnded() && !flow.was_told) {
        flow.was_told = true;
        if (!is_silent_) flow.to.shutdownSend();
    }
}

void FaultLink::strike(Flow& flow, std::string_view rest) {
    switch (fault_.kind) {
        case Kind::None:
            break;
        case Kind::Delay:
            flow.waiting += rest;
            flow.not_before =
                Clock::now() + (fault_.once ? Clock::duration(one_delay) : Clock::duration(each_delay));
            break;
        case Kind::Corrupt:
            flow.waiting += static_cast<char>(rest.front() ^ 1);
            flow.waiting += rest.substr(1);
            break;
        case Kind::Cut:
        case Kind::Reset:
            send(flow);  // what came before it
            close(fault_.kind == Kind::Reset);
            break;
        case Kind::Swallow:
            send(flow);
            flow.waiting.clear();
            is_silent_ = true;
            break;
        case Kind::Answer503:
            answer503(flow);
            break;
    }
}

/// The server hears no more; the client is read until it hangs up, as a reset would take the answer from it.
void FaultLink::answer503(Flow& flow) {
    flow.waiting.clear();
    down_.from.close();
    down_.is_over = true;
    down_.was_told = true;
    is_silent_ = true;
    try {
        up_.from.setBlocking(true);
        up_.from.sendBytes(answer_503.data(), static_cast<int>(answer_503.size()), MSG_NOSIGNAL);
        up_.from.shutdownSend();
        up_.from.setBlocking(false);
    } catch (const Poco::Exception&) {
        close(false);
    }
}

void FaultLink::close(bool with_reset) {
    is_closed_ = true;
    for (Poco::Net::StreamSocket* socket : {&up_.from, &down_.from}) {
        try {
            if (with_reset) socket->setLinger(true, 0);  // closed so, a socket sends a reset
            socket->close();
        } catch (const Poco::Exception&) {
            continue;  // it has ended by itself
        }
    }
}

}  // namespace dbackup::contract
