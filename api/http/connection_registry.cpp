#include "api/http/connection_registry.h"

#include <sys/socket.h>

namespace dbackup::api {

namespace {

constexpr auto never = std::chrono::steady_clock::time_point::max();

// On the descriptor itself: Poco's shutdown of a TLS socket would write to it, beside the thread that owns
// it.
void shutDown(const Poco::Net::StreamSocket& socket, int how) noexcept {
    // Fails only when the connection is gone already, and then the thread in its read knows.
    [[maybe_unused]] const int result = ::shutdown(socket.impl()->sockfd(), how);
}

}  // namespace

ConnectionRegistry::Ticket::Ticket(ConnectionRegistry& registry, const Poco::Net::StreamSocket& socket)
    : registry_(registry) {
    const std::scoped_lock lock(registry_.mutex_);
    entry_ = registry_.entries_.insert(registry_.entries_.end(), {socket, never, true, false});
    if (registry_.draining_) {
        shutDown(socket, SHUT_RD);
    }
}

ConnectionRegistry::Ticket::~Ticket() {
    const std::scoped_lock lock(registry_.mutex_);
    registry_.entries_.erase(entry_);
    registry_.changed_.notify_all();
}

void ConnectionRegistry::Ticket::receiving(std::chrono::steady_clock::time_point deadline) {
    const std::scoped_lock lock(registry_.mutex_);
    entry_->idle = false;
    entry_->deadline = deadline;
}

void ConnectionRegistry::Ticket::working() {
    const std::scoped_lock lock(registry_.mutex_);
    entry_->deadline = never;
}

bool ConnectionRegistry::Ticket::idle() {
    const std::scoped_lock lock(registry_.mutex_);
    entry_->idle = true;
    entry_->deadline = never;
    return !registry_.draining_;
}

bool ConnectionRegistry::Ticket::expired() const {
    const std::scoped_lock lock(registry_.mutex_);
    return entry_->expired;
}

void ConnectionRegistry::expire(std::chrono::steady_clock::time_point now) {
    const std::scoped_lock lock(mutex_);
    for (Entry& entry : entries_) {
        if (entry.deadline <= now) {
            entry.deadline = never;
            entry.expired = true;
            shutDown(entry.socket, SHUT_RD);
        }
    }
}

void ConnectionRegistry::drain() {
    const std::scoped_lock lock(mutex_);
    draining_ = true;
    for (const Entry& entry : entries_) {
        if (entry.idle) {
            shutDown(entry.socket, SHUT_RD);
        }
    }
}

void ConnectionRegistry::cut() {
    const std::scoped_lock lock(mutex_);
    draining_ = true;
    for (const Entry& entry : entries_) {
        shutDown(entry.socket, SHUT_RDWR);
    }
}

bool ConnectionRegistry::waitEmpty(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return entries_.empty(); });
}

std::size_t ConnectionRegistry::size() const {
    const std::scoped_lock lock(mutex_);
    return entries_.size();
}

}  // namespace dbackup::api
