#include "tests/support/object_server.h"

#include <map>
#include <mutex>
#include <sstream>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>

#include "tests/plugins/objects/checksum.h"

namespace dbackup::test {

namespace {

using Poco::Net::HTTPRequestHandler;
using Poco::Net::HTTPRequestHandlerFactory;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr int most_threads = 64;  // a connection that is kept open takes one
constexpr const char* object_path = "/o/";
constexpr const char* list_path = "/list/";

}  // namespace

struct ObjectServer::Objects {
    std::mutex mutex;
    std::map<std::string, std::string> by_name;  // names in hex
};

namespace {

class Handler final : public HTTPRequestHandler {
public:
    explicit Handler(std::shared_ptr<ObjectServer::Objects> objects) : objects_(std::move(objects)) {}

    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
        // Read to its end even when it is refused, so that the answer arrives.
        std::string body;
        Poco::StreamCopier::copyToString(request.stream(), body);
        const std::string uri = request.getURI();
        if (request.get("Authorization", "") != "Bearer secret") {
            answer(response, 401);
        } else if (uri.starts_with(list_path)) {
            answer(response, 200, listOf(uri.substr(6)));
        } else if (!uri.starts_with(object_path)) {
            answer(response, 404);
        } else if (request.getMethod() == "PUT") {
            answer(response, put(uri.substr(3), std::move(body), request));
        } else {
            const std::lock_guard lock(objects_->mutex);
            const auto found = objects_->by_name.find(uri.substr(3));
            if (found == objects_->by_name.end()) {
                answer(response, 404);
            } else if (request.getMethod() == "DELETE") {
                objects_->by_name.erase(found);
                answer(response, 204);
            } else {
                show(found->second, request, response);
            }
        }
    }

private:
    static void answer(HTTPServerResponse& response, int status, const std::string& body = {}) {
        response.setStatus(static_cast<HTTPServerResponse::HTTPStatus>(status));
        response.setContentLength(static_cast<std::streamsize>(body.size()));
        response.send() << body << std::flush;
    }

    int put(const std::string& name, std::string body, const HTTPServerRequest& request) {
        const auto announced = request.getContentLength64();
        if (announced < 0 || static_cast<std::uint64_t>(announced) != body.size()) return 400;
        if (request.get("X-Checksum", "") != checksumOf(body)) return 400;
        const std::lock_guard lock(objects_->mutex);
        if (request.has("If-None-Match") && objects_->by_name.contains(name)) return 412;
        objects_->by_name[name] = std::move(body);
        return 201;
    }

    static void show(const std::string& object,
                     const HTTPServerRequest& request,
                     HTTPServerResponse& response) {
        response.set("X-Checksum", checksumOf(object));
        response.set("X-Size", std::to_string(object.size()));
        if (request.getMethod() == "HEAD") {
            answer(response, 200);
            return;
        }
        std::istringstream range(request.get("Range", "bytes=0-").substr(6));
        std::uint64_t first = 0;
        std::uint64_t last = object.size();
        char dash = 0;
        range >> first >> dash;
        if (!(range >> last)) last = object.size();
        if (first >= object.size()) {
            answer(response, 416);
        } else {
            answer(response, 206, object.substr(first, last - first + 1));
        }
    }

    std::string listOf(const std::string& prefix) const {
        std::string lines;
        const std::lock_guard lock(objects_->mutex);
        for (const auto& [name, object] : objects_->by_name) {
            if (name.starts_with(prefix)) lines += name + " " + std::to_string(object.size()) + "\n";
        }
        return lines;
    }

    std::shared_ptr<ObjectServer::Objects> objects_;
};

class Factory final : public HTTPRequestHandlerFactory {
public:
    explicit Factory(std::shared_ptr<ObjectServer::Objects> objects) : objects_(std::move(objects)) {}
    HTTPRequestHandler* createRequestHandler(const HTTPServerRequest& /*request*/) override {
        return std::make_unique<Handler>(objects_).release();  // Poco deletes it
    }

private:
    std::shared_ptr<ObjectServer::Objects> objects_;
};

}  // namespace

struct ObjectServer::Server {
    explicit Server(const std::shared_ptr<Objects>& objects)
        : socket(Poco::Net::SocketAddress("127.0.0.1", 0)),
          http(new Factory(objects), threads, socket, parameters()) {
        http.start();
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() { http.stopAll(true); }

    static Poco::Net::HTTPServerParams::Ptr parameters() {
        Poco::Net::HTTPServerParams::Ptr found(new Poco::Net::HTTPServerParams);
        found->setMaxThreads(most_threads);
        return found;
    }

    Poco::ThreadPool threads{2, most_threads};
    Poco::Net::ServerSocket socket;
    Poco::Net::HTTPServer http;
};

ObjectServer::ObjectServer()
    : objects_(std::make_shared<Objects>()), server_(std::make_unique<Server>(objects_)) {}

ObjectServer::~ObjectServer() = default;

std::string ObjectServer::url() const {
    return "http://127.0.0.1:" + std::to_string(server_->socket.address().port());
}

}  // namespace dbackup::test
