#include "api/http/response_head.h"

#include <array>
#include <ctime>

#include <Poco/Net/HTTPResponse.h>

namespace dbackup::api {

namespace {

void addField(std::string& head, std::string_view name, std::string_view value) {
    head += name;
    head += ": ";
    for (const char c : value) {
        head += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
    }
    head += "\r\n";
}

void addDate(std::string& head) {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    // RFC 9110, 5.6.7. The daemon never calls setlocale(), so the names are English.
    std::array<char, 40> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    addField(head, "Date", {text.data(), size});
}

}  // namespace

std::string formatHead(const Response& response, const ResponseFraming& framing, std::string_view common) {
    std::string head;
    head.reserve(768 + response.body.size());
    head += framing.http_1_0 ? "HTTP/1.0 " : "HTTP/1.1 ";
    head += std::to_string(response.status);
    head += ' ';
    head += Poco::Net::HTTPResponse::getReasonForStatus(
        static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status));
    head += "\r\n";
    addDate(head);
    addField(head, "Connection", framing.keep_alive ? "keep-alive" : "close");
    if (response.status != 204) {
        addField(head, "Content-Type", response.content_type);
        if (framing.chunked) {
            addField(head, "Transfer-Encoding", "chunked");
        } else if (framing.length) {
            addField(head, "Content-Length", std::to_string(*framing.length));
        }
    }
    head += common;
    for (const auto& [name, value] : response.headers) {
        addField(head, name, value);
    }
    head += "\r\n";
    return head;
}

}  // namespace dbackup::api
