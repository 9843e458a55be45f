#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPResponse.h>

#include "cli/connection.h"
#include "cli/failure.h"
#include "cli/json.h"

namespace dbackup::cli {

/// Encodes one segment of a path or one value of a query.
std::string encoded(const std::string& text);

/// What an answer with an error status means: its sentence, and the exit code.
Failure rejected(int status, const std::string& body);

/// Talks to one server, one request at a time, over one connection that is kept. [one thread]
class RestClient {
public:
    /// Sleeps, with the reason for people. @return false to give up
    using Wait = std::function<bool(std::chrono::seconds time, const std::string& reason)>;

    explicit RestClient(Connection connection);
    RestClient(const RestClient&) = delete;
    RestClient& operator=(const RestClient&) = delete;
    ~RestClient();

    const Connection& connection() const noexcept { return connection_; }
    void setTimeout(std::chrono::seconds timeout) noexcept { timeout_ = timeout; }
    /// What to do when the server says "too many requests": by default sleep.
    void setWait(Wait wait) { wait_ = std::move(wait); }

    // Each returns what the server answered; 429 is waited for, as Retry-After says, 5 minutes at most in
    // all.
    /// @throws Failure NotFound, Refused, Unreachable, Rejected
    JsonVar get(const std::string& path);
    JsonVar post(const std::string& path, const JsonObject& body);
    JsonVar put(const std::string& path, const JsonObject& body);
    JsonVar remove(const std::string& path);
    /// The member `data` of an answer to GET.
    JsonVar data(const std::string& path);

    /// Copies a body of any length. @param progress  told how many bytes of how many (-1 = unknown) have come
    /// @return the name that the server gives the file
    std::string download(const std::string& path,
                         std::ostream& out,
                         const std::function<void(std::int64_t bytes, std::int64_t total)>& progress);

    /// Difference of the server's clock to ours, of the last answer's Date.
    std::chrono::seconds clockOffset() const noexcept { return clock_offset_; }

private:
    JsonVar call(const std::string& method, const std::string& path, const std::string& body);
    /// One exchange. @return the body, to be read at once
    std::istream& send(const std::string& method,
                       const std::string& path,
                       const std::string& body,
                       Poco::Net::HTTPResponse& response);
    std::istream& attempt(const std::string& method,
                          const std::string& path,
                          const std::string& body,
                          Poco::Net::HTTPResponse& response);
    void noteClock(const Poco::Net::HTTPResponse& response);

    Connection connection_;
    std::unique_ptr<Poco::Net::HTTPClientSession> session_;
    std::chrono::seconds timeout_{60};
    std::chrono::seconds clock_offset_{0};
    Wait wait_;
};

}  // namespace dbackup::cli
