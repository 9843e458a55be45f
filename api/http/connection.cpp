#include "api/http/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/HTTPHeaderStream.h>
#include <Poco/Net/HTTPServerSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/String.h>
#include <poll.h>

#include "api/http/body_reader.h"
#include "api/http/failure.h"
#include "api/http/limits.h"
#include "api/http/response_head.h"
#include "core/base/ids.h"

namespace dbackup::api {

namespace {

using std::chrono::steady_clock;

Poco::Timespan timespan(std::chrono::seconds seconds) {
    return {static_cast<long>(seconds.count()), 0};
}

/// Poco's session, whose buffer holds what was received beyond the request's head.
class Session final : public Poco::Net::HTTPServerSession, public ByteReader {
public:
    using HTTPServerSession::HTTPServerSession;

    /// Waits for the first byte of a request. Poco's hasMoreRequests() would make an epoll instance each
    /// time.
    bool waitForRequest(bool secure, std::chrono::milliseconds timeout) {
        // What TLS has decrypted already does not make the descriptor readable.
        if (buffered() > 0 || (secure && socket().available() > 0)) {
            return true;
        }
        pollfd wanted{socket().impl()->sockfd(), POLLIN, 0};
        const int ready = ::poll(&wanted, 1, static_cast<int>(timeout.count()));
        return ready > 0 || (ready < 0 && errno == EINTR);
    }
    int get() override { return HTTPSession::get(); }
    std::size_t read(char* into, std::size_t size) override {
        const int got = HTTPSession::read(into, static_cast<std::streamsize>(size));
        return got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    void sendAll(std::string_view bytes) {
        while (!bytes.empty()) {
            const int sent = socket().sendBytes(bytes.data(), static_cast<int>(bytes.size()));
            if (sent <= 0) {
                throw Poco::Net::ConnectionAbortedException();
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
};

std::string hex(std::size_t number) {
    std::array<char, 20> text{};
    const int size = std::snprintf(text.data(), text.size(), "%zx", number);
    return {text.data(), static_cast<std::size_t>(size)};
}

/// One request on a Session.
class WireExchange final : public Exchange {
public:
    WireExchange(Session& session, ConnectionRegistry::Ticket& ticket, const Connection::Shared& shared)
        : session_(session), ticket_(ticket), shared_(shared) {}

    /// Reads the head. @throws HttpError 400 when it is malformed; Poco's NoMessageException when the client
    /// has gone
    void receive();
    void setPeer(const std::string& peer) { peer_ = peer; }

    const Poco::Net::HTTPRequest& head() const override { return head_; }
    const std::string& peer() const override { return peer_; }
    bool secure() const override { return shared_.secure; }
    std::string localAuthority() const override { return session_.serverAddress().toString(); }
    std::stop_token stop() const override { return shared_.stop; }
    std::string readBody() override;
    void reply(const Response& response, std::string_view common) override;
    void beginStream(const Response& response, std::string_view common) override;
    bool sendPiece(std::string_view bytes) override;
    void endStream() override;

    /// After the answer: is the connection fit for another request?
    bool finish();

private:
    bool isHead() const { return head_.getMethod() == "HEAD"; }
    /// The client sends its body only when it is told to.
    bool expectsLeave() const { return Poco::icompare(head_.get("Expect", ""), "100-continue") == 0; }

    Session& session_;
    ConnectionRegistry::Ticket& ticket_;
    const Connection::Shared& shared_;
    std::string peer_;
    Poco::Net::HTTPRequest head_;
    Framing framing_;
    bool http_1_0_ = false;
    bool body_pending_ = false;
    bool keep_alive_ = false;
    bool chunked_ = false;
    bool gone_ = false;
    std::uint64_t owed_ = 0;  ///< bytes that a streamed answer of known length still lacks
};

void WireExchange::receive() {
    head_.setFieldLimit(limits::head_fields);
    Poco::Net::HTTPHeaderInputStream stream(session_);
    try {
        head_.read(stream);
    } catch (const Poco::Net::NoMessageException&) {
        throw;
    } catch (const Poco::Exception& error) {
        throw HttpError(400, "Malformed request: " + error.message());
    }
    const std::string& version = head_.getVersion();
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        throw HttpError(400, "Malformed request: only HTTP/1.1 and HTTP/1.0 are spoken here");
    }
    http_1_0_ = version == "HTTP/1.0";
    framing_ = Framing::of(head_);
    body_pending_ = framing_.chunked || framing_.length > 0;
    keep_alive_ = head_.getKeepAlive() && !shared_.stop.stop_requested();
    if (!body_pending_) {
        ticket_.working();
    }
}

std::string WireExchange::readBody() {
    if (!body_pending_) {
        return {};
    }
    // Where a body that could not be read ends is anybody's guess.
    const bool keep_alive = std::exchange(keep_alive_, false);
    if (expectsLeave() && framing_.length <= limits::body_bytes) {
        session_.sendAll("HTTP/1.1 100 Continue\r\n\r\n");
    }
    try {
        std::string body = dbackup::api::readBody(session_, framing_, limits::body_bytes);
        body_pending_ = false;
        keep_alive_ = keep_alive;
        ticket_.working();
        return body;
    } catch (const Poco::TimeoutException&) {
        throw HttpError(408, "The request body did not arrive in time");
    } catch (const HttpError& error) {
        if (ticket_.expired()) {
            throw HttpError(408, "The request body did not arrive in time");
        }
        throw error;
    }
}

void WireExchange::reply(const Response& response, std::string_view common) {
    if (body_pending_ &&
        (expectsLeave() || framing_.chunked || framing_.length > limits::discarded_body_bytes)) {
        keep_alive_ = false;
    }
    std::string bytes = formatHead(response, {http_1_0_, keep_alive_, false, response.body.size()}, common);
    if (!isHead()) {
        bytes += response.body;
    }
    session_.sendAll(bytes);
}

void WireExchange::beginStream(const Response& response, std::string_view common) {
    const auto& length = response.stream_bytes;
    chunked_ = !http_1_0_ && !length;
    keep_alive_ = keep_alive_ && (chunked_ || length);
    gone_ = isHead();
    owed_ = isHead() ? 0 : length.value_or(0);
    try {
        session_.sendAll(formatHead(response, {http_1_0_, keep_alive_, chunked_, length}, common));
    } catch (const Poco::Exception&) {
        gone_ = true;  // the handler learns it from sendPiece()
        keep_alive_ = false;
    }
}

bool WireExchange::sendPiece(std::string_view bytes) {
    if (gone_ || bytes.empty()) {
        return !gone_;
    }
    try {
        if (chunked_) {
            std::string chunk = hex(bytes.size());
            chunk.reserve(chunk.size() + bytes.size() + 4);
            chunk.append("\r\n").append(bytes).append("\r\n");
            session_.sendAll(chunk);
        } else {
            session_.sendAll(bytes);
            owed_ -= std::min<std::uint64_t>(owed_, bytes.size());
        }
    } catch (const Poco::Exception&) {
        gone_ = true;
        keep_alive_ = false;
    }
    return !gone_;
}

void WireExchange::endStream() {
    if (!gone_ && chunked_) {
        session_.sendAll("0\r\n\r\n");
        chunked_ = false;
    }
}

bool WireExchange::finish() {
    if ((chunked_ && !isHead()) || owed_ > 0) {
        return false;  // a stream without its end: closing is what tells the client
    }
    if (!keep_alive_) {
        return false;
    }
    return !body_pending_ || discardBody(session_, framing_, limits::discarded_body_bytes);
}

/// Ends the sending and reads on for a moment: closing a socket with unread bytes would reset the
/// connection, and the client might never see the answer that explains it.
void linger(Session& session) {
    const auto end = steady_clock::now() + limits::linger_time;
    std::array<char, 8192> ignored{};
    session.socket().shutdownSend();
    session.socket().setReceiveTimeout(timespan(limits::linger_time));
    while (steady_clock::now() < end && session.read(ignored.data(), ignored.size()) > 0) {
    }
}

/// A request that never reached the endpoint.
void answerMalformed(WireExchange& exchange, bool expired, const HttpError& error) {
    const Response response = expired ? errorResponse(408, "The request did not arrive in time")
                                      : errorResponse(error.status(), error.what());
    exchange.reply(response, "X-Request-Id: " + randomHex(8) + "\r\nX-Content-Type-Options: nosniff\r\n");
}

/// @return true when another request may follow
bool serveOne(Session& session,
              ConnectionRegistry::Ticket& ticket,
              const Connection::Shared& shared,
              const std::string& peer) {
    ticket.receiving(steady_clock::now() + shared.request_time);
    WireExchange exchange(session, ticket, shared);
    exchange.setPeer(peer);
    try {
        exchange.receive();
    } catch (const HttpError& error) {
        answerMalformed(exchange, ticket.expired(), error);
        linger(session);
        return false;
    }
    shared.endpoint.serve(exchange);
    if (!exchange.finish()) {
        linger(session);
        return false;
    }
    return ticket.idle();
}

}  // namespace

void Connection::run() {
    try {
        Session session(socket(), shared_.params);
        session.socket().setSendTimeout(timespan(limits::send_time));
        ConnectionRegistry::Ticket ticket(shared_.registry, session.socket());
        const std::string peer = plainAddress(session.clientAddress().host());
        while (session.waitForRequest(shared_.secure, limits::keep_alive_time) &&
               serveOne(session, ticket, shared_, peer)) {
        }
    } catch (const Poco::Exception& error) {
        // The client has gone, or never spoke TLS: of interest only to who looks for it.
        shared_.log.debug("connection ended: " + error.displayText());
    } catch (const std::exception& error) {
        shared_.log.error("connection ended: " + std::string(error.what()));
    }
}

}  // namespace dbackup::api
