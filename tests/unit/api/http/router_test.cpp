#include "api/http/router.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace dbackup;
using namespace dbackup::api;

namespace {

Response nothing(const Request& /*request*/) {
    return {};
}

Router routes(std::initializer_list<std::pair<const char*, const char*>> list) {
    Router router;
    for (const auto& [method, pattern] : list) {
        router.add(method, pattern, Access::open(), nothing);
    }
    return router;
}

}  // namespace

TEST_CASE("Router: a parameter takes one segment and is decoded", "[api]") {
    const Router router = routes({{"GET", "/jobs/:id/run"}});
    const auto match = router.match("GET", "/jobs/a%2Fb%20c/run");
    REQUIRE(match.route != nullptr);
    CHECK(match.params.at("id") == "a/b c");
    CHECK(router.match("GET", "/jobs/a/b/run").route == nullptr);
    CHECK(router.match("GET", "/jobs/run").route == nullptr);
}

TEST_CASE("Router: a slash at the end and doubled slashes are passed over", "[api]") {
    const Router router = routes({{"GET", "/jobs"}, {"GET", "/jobs/:id"}});
    REQUIRE(router.match("GET", "/jobs/").route != nullptr);
    CHECK(router.match("GET", "/jobs/").route->pattern == "/jobs");
    REQUIRE(router.match("GET", "//jobs//7/").route != nullptr);
    CHECK(router.match("GET", "//jobs//7/").params.at("id") == "7");
}

TEST_CASE("Router: a literal segment wins over a parameter, whatever the order", "[api]") {
    for (const bool literal_first : {true, false}) {
        const Router router = literal_first ? routes({{"POST", "/jobs/bulk"}, {"POST", "/jobs/:id"}})
                                            : routes({{"POST", "/jobs/:id"}, {"POST", "/jobs/bulk"}});
        CHECK(router.match("POST", "/jobs/bulk").route->pattern == "/jobs/bulk");
        CHECK(router.match("POST", "/jobs/bulky").route->pattern == "/jobs/:id");
    }
}

TEST_CASE("Router: the less exact pattern does not answer for a method that the exact one lacks", "[api]") {
    const Router router = routes({{"POST", "/jobs/bulk"}, {"GET", "/jobs/:id"}});
    const auto match = router.match("GET", "/jobs/bulk");
    CHECK(match.route == nullptr);
    CHECK(match.allow == "POST");
}

TEST_CASE("Router: a known path with another method names the allowed ones", "[api]") {
    const Router router = routes({{"GET", "/jobs/:id"}, {"PUT", "/jobs/:job"}, {"DELETE", "/other"}});
    const auto match = router.match("PATCH", "/jobs/1");
    CHECK(match.route == nullptr);
    CHECK(match.allow == "GET, PUT");
    CHECK(router.match("PUT", "/jobs/1").params.at("job") == "1");
}

TEST_CASE("Router: an unknown path allows nothing", "[api]") {
    const Router router = routes({{"GET", "/jobs"}});
    CHECK(router.match("GET", "/job").allow.empty());
    CHECK(router.match("GET", "").allow.empty());
    CHECK(router.match("GET", "/").allow.empty());
}

TEST_CASE("Router: HEAD is answered by GET unless it has a route of its own", "[api]") {
    const Router router = routes({{"GET", "/jobs"}, {"HEAD", "/size"}, {"GET", "/size"}});
    REQUIRE(router.match("HEAD", "/jobs").route != nullptr);
    CHECK(router.match("HEAD", "/jobs").route->method == "GET");
    CHECK(router.match("HEAD", "/size").route->method == "HEAD");
}

TEST_CASE("Router: a path outside the API cannot be reached from within and the other way round", "[api]") {
    const Router router = routes({{"GET", "!/metrics"}, {"GET", "/jobs"}});
    REQUIRE(router.match("GET", "!/metrics").route != nullptr);
    CHECK(router.match("GET", "/metrics").route == nullptr);
    CHECK(router.match("GET", "/!/metrics").route == nullptr);
    CHECK(router.match("GET", "!/jobs").route == nullptr);
}

TEST_CASE("Router: the same route twice is refused", "[api]") {
    Router router = routes({{"GET", "/jobs/:id"}});
    CHECK_THROWS_AS(router.add("GET", "/jobs/:job", Access::open(), nothing), Error);
    CHECK_NOTHROW(router.add("PUT", "/jobs/:job", Access::open(), nothing));
    CHECK(router.routes().size() == 2);
}
