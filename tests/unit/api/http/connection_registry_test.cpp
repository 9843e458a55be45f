#include "api/http/connection_registry.h"

#include <thread>

#include <Poco/Net/ServerSocket.h>
#include <catch2/catch.hpp>

using namespace dbackup::api;
using namespace std::chrono_literals;
using Poco::Net::StreamSocket;

namespace {

struct Pair {
    Poco::Net::ServerSocket listener{Poco::Net::SocketAddress("127.0.0.1", 0)};
    StreamSocket client{listener.address()};
    StreamSocket server{listener.acceptConnection()};

    /// Reading on our side ends at once.
    bool readingEnded() {
        char byte = 0;
        server.setReceiveTimeout(Poco::Timespan(0, 50'000));
        try {
            return server.receiveBytes(&byte, 1) == 0;
        } catch (const Poco::TimeoutException&) {
            return false;
        }
    }
};

}  // namespace

TEST_CASE("ConnectionRegistry: a request past its deadline is no longer read", "[api]") {
    Pair pair;
    ConnectionRegistry registry;
    ConnectionRegistry::Ticket ticket(registry, pair.server);
    const auto now = std::chrono::steady_clock::now();
    ticket.receiving(now + 10s);
    registry.expire(now + 9s);
    CHECK_FALSE(ticket.expired());
    CHECK_FALSE(pair.readingEnded());
    registry.expire(now + 10s);
    CHECK(ticket.expired());
    CHECK(pair.readingEnded());
}

TEST_CASE("ConnectionRegistry: neither work nor idleness has a deadline", "[api]") {
    Pair pair;
    ConnectionRegistry registry;
    ConnectionRegistry::Ticket ticket(registry, pair.server);
    const auto now = std::chrono::steady_clock::now();
    ticket.receiving(now);
    ticket.working();
    registry.expire(now + 24h);
    CHECK(ticket.idle());
    registry.expire(now + 24h);
    CHECK_FALSE(ticket.expired());
}

TEST_CASE("ConnectionRegistry: draining ends idle connections now and working ones after their answer",
          "[api]") {
    Pair idle;
    Pair working;
    ConnectionRegistry registry;
    ConnectionRegistry::Ticket idle_ticket(registry, idle.server);
    ConnectionRegistry::Ticket working_ticket(registry, working.server);
    working_ticket.receiving(std::chrono::steady_clock::now() + 1h);
    registry.drain();
    CHECK(idle.readingEnded());
    CHECK_FALSE(working.readingEnded());
    CHECK_FALSE(working_ticket.idle());
    Pair late;
    const ConnectionRegistry::Ticket late_ticket(registry, late.server);
    CHECK(late.readingEnded());
}

TEST_CASE("ConnectionRegistry: waits for the last connection, but not for ever", "[api]") {
    Pair pair;
    ConnectionRegistry registry;
    auto ticket = std::make_unique<ConnectionRegistry::Ticket>(registry, pair.server);
    CHECK(registry.size() == 1);
    CHECK_FALSE(registry.waitEmpty(10ms));
    registry.cut();
    CHECK(pair.readingEnded());
    const std::jthread end([&] { ticket.reset(); });
    CHECK(registry.waitEmpty(10s));
    CHECK(registry.size() == 0);
}
