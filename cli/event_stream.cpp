#include "cli/event_stream.h"

#include <algorithm>
#include <charconv>
#include <istream>
#include <iterator>
#include <system_error>
#include <utility>

#include <Poco/Net/HTTPResponse.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/http_session.h"

namespace dbackup::cli {

namespace {

constexpr std::size_t max_line_bytes = 1 << 20;
// The server sends a sign of life every 15 s.
constexpr long silence_s = 45;

}  // namespace

std::vector<ServerEvent> EventParser::feed(std::string_view bytes) {
    std::vector<ServerEvent> events;
    for (const char c : bytes) {
        if (c == '\n') {
            takeLine(line_, events);
            line_.clear();
        } else if (c != '\r' && line_.size() < max_line_bytes) {
            line_ += c;
        }
    }
    return events;
}

void EventParser::takeLine(std::string_view line, std::vector<ServerEvent>& events) {
    if (line.empty()) {
        if (has_data_) events.push_back(std::move(event_));
        event_ = {};
        has_data_ = false;
        return;
    }
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view field = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") {
        event_.name = value;
    } else if (field == "data") {
        event_.data += (has_data_ ? "\n" : "") + std::string(value);
        has_data_ = true;
    } else if (field == "id") {
        std::from_chars(value.data(), value.data() + value.size(), event_.id);
    }
}

EventStream::EventStream(Connection connection, std::string path)
    : connection_(std::move(connection)),
      path_(std::move(path)),
      wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (wake_fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    reader_ = std::jthread([this] { read(); });
    pthread_setname_np(reader_.native_handle(), "events");
}

EventStream::~EventStream() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
    }
    reader_.join();
    close(wake_fd_);
}

std::deque<ServerEvent> EventStream::take() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t read_bytes = ::read(wake_fd_, &count, sizeof count);
    const std::scoped_lock lock(mutex_);
    return std::exchange(events_, {});
}

bool EventStream::hasEnded() const {
    const std::scoped_lock lock(mutex_);
    return ended_ && events_.empty();
}

void EventStream::publish(std::vector<ServerEvent> events, bool ended) {
    {
        const std::scoped_lock lock(mutex_);
        std::move(events.begin(), events.end(), std::back_inserter(events_));
        ended_ = ended_ || ended;
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
}

// Whatever ends it, trouble included: who reads then polls instead.
void EventStream::read() {
    std::unique_ptr<Poco::Net::HTTPClientSession> session;
    try {
        session = openSession(connection_);
        session->setTimeout(Poco::Timespan(silence_s, 0));
        auto request = requestFor(connection_, "GET", path_);
        request.set("Accept", "text/event-stream");
        session->sendRequest(request);
        {
            const std::scoped_lock lock(mutex_);
            if (stopping_) return;
            socket_ = session->socket().impl()->sockfd();
        }
        Poco::Net::HTTPResponse response;
        std::istream& in = session->receiveResponse(response);
        EventParser parser;
        std::string line;
        while (response.getStatus() == Poco::Net::HTTPResponse::HTTP_OK && std::getline(in, line)) {
            publish(parser.feed(line + '\n'), false);
        }
    } catch (const std::exception& error) {
        (void)error;  // the same as an end
    }
    {
        const std::scoped_lock lock(mutex_);
        socket_ = -1;
    }
    publish({}, true);
}

}  // namespace dbackup::cli
