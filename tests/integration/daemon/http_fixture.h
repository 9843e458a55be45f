#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "api/http/server.h"
#include "core/base/hash.h"
#include "tests/integration/daemon/raw_client.h"

namespace dbackup::test {

/// A gate that handlers wait at, so that a test decides how long they work.
class Gate {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void open() {
        const std::scoped_lock lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    bool awaitWaiting(int count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return waiting_ >= count; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

/// The real server with routes of its own, on a free port of the loopback.
struct HttpFixture {
    inline static const std::string key = "Authorization: Bearer dbackup_test\r\n";

    SystemClock clock;
    Log log{Log::Level::Error};
    api::Router router;
    std::atomic<std::int64_t> points{0};  ///< 0 = not limited
    api::RateLimiter limiter{
        [this](api::RateCategory) {
            const std::int64_t limit = points;
            return limit > 0 ? std::optional(api::RateLimit{limit, std::chrono::seconds(60)}) : std::nullopt;
        },
        clock};
    api::Authenticator authenticator{{[](const std::string& hash) {
                                          ApiKey found;
                                          found.id = "k";
                                          found.permissions = {"history:read"};
                                          return hash == sha256Hex("dbackup_test") ? std::optional(found)
                                                                                   : std::nullopt;
                                      },
                                      [](const std::string&, TimePoint) {}},
                                     clock};
    api::TrustedProxies proxies;
    api::Endpoint endpoint{{router, limiter, authenticator, proxies, log}};
    Gate gate;
    std::atomic<bool> stream_ended{false};
    std::unique_ptr<api::Server> server;

    explicit HttpFixture(api::ServerOptions options = {}) {
        using namespace dbackup::api;
        router.add("GET", "/executions/:id", Access::with("history:read"), [](const Request& request) {
            return data(JsonVar(request.param("id")));
        });
        router.add("POST", "/echo", Access::open(), [](const Request& request) {
            Response response;
            response.content_type = "text/plain";
            response.body = request.body;
            return response;
        });
        router.add("POST", "/guarded", Access::key(), [](const Request&) { return Response(); });
        router.add("GET", "/wait", Access::open(), [this](const Request&) {
            gate.pass();
            return data(JsonVar(std::string("waited")));
        });
        router.addStream("GET", "/events", Access::open(), [this](const Request&, BodyStream& stream) {
            Response head;
            head.content_type = "text/event-stream";
            stream.begin(head);
            stream.send("data: first\n\n");
            std::mutex mutex;
            std::condition_variable_any wake;
            std::unique_lock lock(mutex);
            wake.wait(lock, stream.stop(), [] { return false; });
            stream.send("data: last\n\n");
            stream_ended = true;
        });
        router.addStream("GET", "/flood", Access::open(), [](const Request&, BodyStream& stream) {
            stream.begin({});
            const std::string block(65536, 'x');
            while (stream.send(block)) {
            }
        });
        router.addStream("GET", "/cut", Access::open(), [](const Request&, BodyStream& stream) {
            stream.begin({});
            stream.send("half");
            throw std::runtime_error("broken in the middle");
        });
        router.addStream("GET", "/sized", Access::open(), [](const Request& request, BodyStream& stream) {
            Response head;
            head.stream_bytes = 4;
            stream.begin(head);
            stream.send(request.queryValue("whole") ? "four" : "fo");
        });
        server = std::make_unique<Server>(options, endpoint, log);
        server->start();
    }
    RawClient client() const { return RawClient(server->port()); }
};

}  // namespace dbackup::test
