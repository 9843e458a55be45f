#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include <Poco/Net/HTTPRequest.h>

#include "api/http/message.h"

namespace dbackup::api {

/// One request and its answer on a connection: all that the endpoint knows of the wire. [one thread]
class Exchange {
public:
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    virtual ~Exchange() = default;

    virtual const Poco::Net::HTTPRequest& head() const = 0;
    /// Address at the other end, plain, without port.
    virtual const std::string& peer() const = 0;
    /// Over TLS?
    virtual bool secure() const = 0;
    /// "host:port" of our end, for a client that sends no Host.
    virtual std::string localAuthority() const = 0;
    /// The server is stopping.
    virtual std::stop_token stop() const = 0;

    /// Reads the body; at most once. @throws HttpError 400, 408, 413
    virtual std::string readBody() = 0;
    /// Sends an answer; for HEAD without its body.
    /// @param common  field lines, each ending in CRLF
    virtual void reply(const Response& response, std::string_view common) = 0;
    /// Begins an answer that comes in pieces; its length is Response::stream_bytes, or not known.
    virtual void beginStream(const Response& head, std::string_view common) = 0;
    /// @return false when the client has gone
    virtual bool sendPiece(std::string_view bytes) = 0;
    /// Marks the streamed answer as complete. Without it the client sees that it was cut.
    virtual void endStream() = 0;
};

}  // namespace dbackup::api
