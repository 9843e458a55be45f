#include "tests/integration/s3/fault_proxy.h"

#include <condition_variable>
#include <thread>

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/StreamCopier.h>

namespace dbackup::test {

namespace {

constexpr int most_connections = 128;

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

std::string textOf(std::istream& stream) {
    std::string text;
    Poco::StreamCopier::copyToString(stream, text, std::size_t{1} << 20);
    return text;
}

void breakConnection(Poco::Net::HTTPServerRequest& request) {
    auto& socket = dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request).socket();
    socket.setLinger(true, 0);  // a reset, no orderly end
    socket.impl()->close();
}

void answer(Poco::Net::HTTPServerResponse& response,
            HTTPResponse::HTTPStatus status,
            const std::string& code) {
    const std::string body =
        "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>by the proxy</Message></Error>";
    response.setStatus(status);
    response.setContentLength64(static_cast<Poco::Int64>(body.size()));
    response.send() << body;
}

}  // namespace

struct FaultProxy::Shared {
    std::string port;
    Choose choose;
    std::mutex mutex;  // guards all below, and calls of choose
    std::condition_variable ending;
    bool is_ending = false;
    int requests = 0;
};

class FaultProxy::Handler final : public Poco::Net::HTTPRequestHandler {
public:
    explicit Handler(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    void handleRequest(Poco::Net::HTTPServerRequest& request,
                       Poco::Net::HTTPServerResponse& response) override {
        std::string body = textOf(request.stream());
        switch (const Fault fault = choose(request)) {
            case Fault::SlowDown:
                return answer(response, HTTPResponse::HTTP_SERVICE_UNAVAILABLE, "SlowDown");
            case Fault::ErrorInside:
                return answer(response, HTTPResponse::HTTP_OK, "InternalError");
            case Fault::Reset:
                return breakConnection(request);
            case Fault::Swallow:
                return swallow(request);
            case Fault::Corrupt:
                if (!body.empty()) body[body.size() / 2] = static_cast<char>(~body[body.size() / 2]);
                [[fallthrough]];
            default:
                pass(request, response, body, fault);
        }
    }

private:
    Fault choose(const HTTPRequest& request) {
        const std::lock_guard lock(shared_->mutex);
        ++shared_->requests;
        return shared_->choose({request.getMethod(), request.getURI(), shared_->requests});
    }

    void swallow(Poco::Net::HTTPServerRequest& request) {
        {
            std::unique_lock lock(shared_->mutex);
            shared_->ending.wait(lock, [&] { return shared_->is_ending; });
        }
        breakConnection(request);
    }

    void pass(Poco::Net::HTTPServerRequest& request,
              Poco::Net::HTTPServerResponse& response,
              const std::string& body,
              Fault fault) {
        Poco::Net::HTTPClientSession upstream("127.0.0.1",
                                              static_cast<Poco::UInt16>(std::stoi(shared_->port)));
        HTTPRequest passed(request.getMethod(), request.getURI(), HTTPRequest::HTTP_1_1);
        for (const auto& [name, value] : request)
            passed.add(name, value);
        passed.setKeepAlive(false);
        upstream.sendRequest(passed) << body;
        HTTPResponse from;
        std::istream& stream = upstream.receiveResponse(from);
        const std::string answered = request.getMethod() == "HEAD" ? "" : textOf(stream);
        if (fault == Fault::LoseAnswer) return breakConnection(request);
        giveBack(request, response, from, answered, fault);
    }

    static void giveBack(Poco::Net::HTTPServerRequest& request,
                         Poco::Net::HTTPServerResponse& response,
                         const HTTPResponse& from,
                         const std::string& answered,
                         Fault fault) {
        response.setStatus(from.getStatus());
        for (const auto& [name, value] : from) {
            if (name != "Transfer-Encoding" && name != "Connection" && name != "Content-Length")
                response.set(name, value);
        }
        if (fault == Fault::FalseEtag) response.set("ETag", "\"0123456789abcdef0123456789abcdef\"");
        const bool is_head = request.getMethod() == "HEAD";
        const bool has_body = from.getStatus() != HTTPResponse::HTTP_NO_CONTENT;
        if (has_body) {
            response.setContentLength64(is_head ? from.getContentLength64()
                                                : static_cast<Poco::Int64>(answered.size()));
        }
        std::ostream& out = response.send();
        if (is_head) return;
        out << (fault == Fault::CutAnswer ? answered.substr(0, answered.size() / 2) : answered) << std::flush;
        if (fault == Fault::CutAnswer) breakConnection(request);
    }

    const std::shared_ptr<Shared> shared_;
};

class FaultProxy::Factory final : public Poco::Net::HTTPRequestHandlerFactory {
public:
    explicit Factory(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(
        const Poco::Net::HTTPServerRequest& /*request*/) override {
        return std::make_unique<Handler>(shared_).release();  // Poco's server owns it
    }

private:
    const std::shared_ptr<Shared> shared_;
};

FaultProxy::FaultProxy(std::string port, Choose choose, const std::string& certificate)
    : has_tls_(!certificate.empty()), shared_(std::make_shared<Shared>()), threads_(2, most_connections) {
    shared_->port = std::move(port);
    shared_->choose = std::move(choose);
    const Poco::Net::SocketAddress address("127.0.0.1", 0);
    Poco::Net::ServerSocket socket;
    if (has_tls_) {
        Poco::Net::Context::Ptr context(new Poco::Net::Context(
            Poco::Net::Context::TLS_SERVER_USE, certificate + ".key", certificate, ""));
        context->enableSessionCache(true, "dbackup-test");  // or clients that resume a session are refused
        socket = Poco::Net::SecureServerSocket(address, 64, context);
    } else {
        socket.bind(address);
        socket.listen(64);
    }
    Poco::Net::HTTPServerParams::Ptr params(new Poco::Net::HTTPServerParams);
    params->setMaxThreads(most_connections);
    params->setMaxQueued(most_connections);
    server_ = std::make_unique<Poco::Net::HTTPServer>(
        Poco::Net::HTTPRequestHandlerFactory::Ptr(std::make_unique<Factory>(shared_).release()),
        threads_,
        socket,
        params);
    server_->start();
}

FaultProxy::~FaultProxy() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->is_ending = true;
        shared_->ending.notify_all();
    }
    server_->stopAll(true);
}

std::string FaultProxy::endpoint() const {
    return (has_tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server_->port());
}

int FaultProxy::requests() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->requests;
}

}  // namespace dbackup::test
