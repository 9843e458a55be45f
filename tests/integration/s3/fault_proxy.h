#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <Poco/Net/HTTPServer.h>
#include <Poco/ThreadPool.h>

namespace dbackup::test {

/// What the proxy does with one request.
enum class Fault {
    None = 0,     ///< passes it on and the answer back
    SlowDown,     ///< answers 503 itself
    ErrorInside,  ///< answers 200 with an error inside, as AWS does after it has begun to answer
    Reset,        ///< breaks the connection before the server sees anything
    LoseAnswer,   ///< passes it on; breaks the connection in place of the answer
    CutAnswer,    ///< passes it on; breaks the connection after half of the answer's body
    Corrupt,      ///< turns a byte of the body round
    FalseEtag,    ///< changes the ETag that the server gives
    Swallow,      ///< never answers
};

/// What the proxy sees of a request.
struct SeenRequest {
    std::string method;
    std::string uri;
    int number = 0;  ///< from 1
    bool is(const std::string& a_method, const std::string& part) const {
        return method == a_method && uri.find(part) != std::string::npos;
    }
};

/// Stands before an S3 server and does what no real one can be made to do. With TLS it has a certificate that
/// it signed itself. [thread-safe]
class FaultProxy {
public:
    using Choose = std::function<Fault(const SeenRequest&)>;

    /// @param port         of the server on this machine
    /// @param choose       called once for each request, never for two at a time
    /// @param certificate  PEM, with its key in a file of the same name and ".key"; empty: no TLS
    FaultProxy(std::string port, Choose choose, const std::string& certificate = {});
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;
    ~FaultProxy();

    std::string endpoint() const;
    /// How many requests have come.
    int requests() const;

private:
    class Handler;
    class Factory;
    struct Shared;

    const bool has_tls_;
    const std::shared_ptr<Shared> shared_;
    Poco::ThreadPool threads_;  // each open connection has one
    std::unique_ptr<Poco::Net::HTTPServer> server_;
};

}  // namespace dbackup::test
