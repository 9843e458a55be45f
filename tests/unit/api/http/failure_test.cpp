#include "api/http/failure.h"

#include <Poco/Exception.h>
#include <catch2/catch.hpp>

using namespace dbackup;
using namespace dbackup::api;

namespace {

template <typename Exception>
Failure thrown(const Exception& exception) {
    return failureFrom(std::make_exception_ptr(exception), "req-7");
}

}  // namespace

TEST_CASE("statusOf: every kind has its status", "[api]") {
    const std::map<ErrorKind, int> expected = {
        {ErrorKind::None, 500},
        {ErrorKind::Settings, 400},
        {ErrorKind::Authentication, 422},
        {ErrorKind::Permission, 422},
        {ErrorKind::NotFound, 404},
        {ErrorKind::AlreadyExists, 409},
        {ErrorKind::Unavailable, 503},
        {ErrorKind::ToolMissing, 422},
        {ErrorKind::ToolFailed, 422},
        {ErrorKind::NoSpace, 503},
        {ErrorKind::Integrity, 422},
        {ErrorKind::Unsupported, 400},
        {ErrorKind::Cancelled, 503},
        {ErrorKind::Internal, 500},
    };
    for (const auto& [kind, status] : expected) {
        INFO(toString(kind));
        CHECK(statusOf(kind) == status);
    }
}

TEST_CASE("errorResponse: has details only where there are any", "[api]") {
    CHECK(errorResponse(404, "Job not found").body == R"({"success":false,"error":"Job not found"})");
    const Response with = errorResponse(400, "wrong", {{"name", "is missing"}});
    CHECK(with.status == 400);
    CHECK(with.content_type == "application/json");
    CHECK(with.body == R"({"success":false,"error":"wrong","details":{"name":"is missing"}})");
}

TEST_CASE("failureFrom: an HttpError is answered as it is", "[api]") {
    const Failure failure = thrown(HttpError(403, "Permission denied: jobs:read required", {{"a", "b"}}));
    CHECK(failure.response.status == 403);
    CHECK(failure.response.body ==
          R"({"success":false,"error":"Permission denied: jobs:read required","details":{"a":"b"}})");
    CHECK(failure.log_text.empty());
}

TEST_CASE("failureFrom: an Error is answered by its kind, with its hint", "[api]") {
    const Failure failure = thrown(Error(ErrorKind::NotFound, "Job not found", "list them"));
    CHECK(failure.response.status == 404);
    CHECK(failure.response.body == R"({"success":false,"error":"Job not found. list them"})");
    CHECK(failure.log_text.empty());
    CHECK(thrown(Error(ErrorKind::Unavailable, "no disk")).log_text == "no disk");
}

TEST_CASE("failureFrom: our own fault is logged and names the request", "[api]") {
    const Failure failure = thrown(Error(ErrorKind::Internal, "the queue is broken"));
    CHECK(failure.response.status == 500);
    CHECK_THAT(failure.response.body, Catch::Contains("the queue is broken") && Catch::Contains("req-7"));
    CHECK(failure.log_text == "the queue is broken");
    CHECK(thrown(HttpError(500, "broken")).log_text == "broken");
}

TEST_CASE("failureFrom: foreign exceptions are not shown to the caller but logged", "[api]") {
    const std::vector<std::exception_ptr> foreign = {
        std::make_exception_ptr(std::runtime_error("row 17 of secret table")),
        std::make_exception_ptr(Poco::DataException("row 17 of secret table")),
    };
    for (const auto& exception : foreign) {
        const Failure failure = failureFrom(exception, "req-7");
        CHECK(failure.response.status == 500);
        CHECK_THAT(failure.response.body, Catch::Contains("req-7") && !Catch::Contains("row 17"));
        CHECK_THAT(failure.log_text, Catch::Contains("row 17"));
    }
    const Failure odd = failureFrom(std::make_exception_ptr(42), "req-7");
    CHECK(odd.response.status == 500);
    CHECK_FALSE(odd.log_text.empty());
}
