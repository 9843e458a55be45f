#include "api/http/response_head.h"

#include <catch2/catch.hpp>

using namespace dbackup::api;
using Catch::Contains;

TEST_CASE("formatHead: has status line, date, framing and all fields", "[api]") {
    Response response;
    response.status = 404;
    response.headers["X-One"] = "1";
    const std::string head = formatHead(response, {false, true, false, 12}, "X-Common: c\r\n");
    CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 404 Not Found\r\nDate: "));
    CHECK_THAT(head, Contains(" GMT\r\n") && Contains("\r\nConnection: keep-alive\r\n"));
    CHECK_THAT(head,
               Contains("\r\nContent-Length: 12\r\n") && Contains("\r\nContent-Type: application/json\r\n"));
    CHECK_THAT(head, Contains("\r\nX-Common: c\r\n") && Contains("\r\nX-One: 1\r\n"));
    CHECK_THAT(head, Catch::EndsWith("\r\n\r\n") && !Contains("Transfer-Encoding"));
}

TEST_CASE("formatHead: a stream is chunked in HTTP/1.1 and ends with the connection in 1.0", "[api]") {
    const Response response;
    CHECK_THAT(formatHead(response, {false, true, true, std::nullopt}, {}),
               Contains("Transfer-Encoding: chunked") && !Contains("Content-Length"));
    CHECK_THAT(formatHead(response, {true, false, false, std::nullopt}, {}),
               Catch::StartsWith("HTTP/1.0 200 OK\r\n") && Contains("Connection: close") &&
                   !Contains("Transfer-Encoding") && !Contains("Content-Length"));
}

TEST_CASE("formatHead: 204 has no body and says nothing of one", "[api]") {
    Response response;
    response.status = 204;
    CHECK_THAT(formatHead(response, {false, true, false, 0}, {}), !Contains("Content-"));
}

TEST_CASE("formatHead: a line break in a value cannot begin another field", "[api]") {
    Response response;
    response.headers["X-Name"] = "a\r\nSet-Cookie: b";
    CHECK_THAT(formatHead(response, {false, true, false, 0}, {}),
               Contains("X-Name: a  Set-Cookie: b\r\n") && !Contains("\nSet-Cookie"));
}
