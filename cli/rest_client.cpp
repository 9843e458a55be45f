#include "cli/rest_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <istream>
#include <ostream>
#include <thread>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/NetSSL.h>
#include <Poco/URI.h>

#include "cli/http_session.h"

namespace dbackup::cli {

namespace {

using Poco::Net::HTTPResponse;
using std::chrono::seconds;

constexpr std::size_t max_answer_bytes = 64 << 20;
constexpr seconds longest_wait{300};

std::string bodyOf(std::istream& in) {
    std::string body;
    std::array<char, 16'384> piece{};
    while (in.read(piece.data(), piece.size()) || in.gcount() > 0) {
        body.append(piece.data(), static_cast<std::size_t>(in.gcount()));
        if (body.size() > max_answer_bytes)
            throw Failure(ExitCode::Rejected, "the answer is larger than 64 MiB");
    }
    return body;
}

seconds retryAfter(const HTTPResponse& response) {
    const std::string text = response.get("Retry-After", "1");
    long value = 1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return seconds(std::clamp(value, 1L, static_cast<long>(longest_wait.count())));
}

/// Name in `Content-Disposition: attachment; filename="x"; filename*=UTF-8''x`, without any folder.
std::string fileNameIn(const HTTPResponse& response) {
    std::string value;
    Poco::Net::NameValueCollection parameters;
    Poco::Net::MessageHeader::splitParameters(response.get("Content-Disposition", ""), value, parameters);
    std::string name = parameters.get("filename", "");
    if (const std::string extended = parameters.get("filename*", ""); extended.starts_with("UTF-8''")) {
        name.clear();
        Poco::URI::decode(extended.substr(7), name);
    }
    return name.substr(name.find_last_of("/\\") + 1);
}

std::string detailsOf(const JsonObject& body) {
    const JsonObject::Ptr details = objectAt(body, "details");
    std::string text;
    for (const auto& field : details->getNames()) {
        text += (text.empty() ? "" : "\n") + field + ": " + textAt(*details, field);
    }
    return text;
}

}  // namespace

std::string encoded(const std::string& text) {
    std::string result;
    Poco::URI::encode(text, "!#$&'()*+,/:;=?@[]%", result);
    return result;
}

Failure rejected(int status, const std::string& body) {
    std::string message;
    std::string hint;
    try {
        const JsonObject::Ptr answer = asObject(parseJson(body));
        message = textAt(*answer, "error", textAt(*answer, "message"));
        hint = detailsOf(*answer);
    } catch (const Poco::Exception&) {
        message.clear();  // a proxy's page, not the server's answer
    }
    if (message.empty()) message = "the server answered with status " + std::to_string(status);
    // One field that is wrong is often the whole sentence already.
    if (message.find(hint) != std::string::npos) hint.clear();
    switch (status) {
        case 401:
            return {ExitCode::Refused, message, "a valid API key is needed: DBACKUP_API_KEY or a profile"};
        case 403:
            return {ExitCode::Refused, message, "use a key that has this permission"};
        case 404:
            return {ExitCode::NotFound, message, hint};
        default:
            return {ExitCode::Rejected, message, hint};
    }
}

RestClient::RestClient(Connection connection) : connection_(std::move(connection)) {
    Poco::Net::initializeSSL();
    wait_ = [](seconds time, const std::string& /*reason*/) {
        std::this_thread::sleep_for(time);
        return true;
    };
}

RestClient::~RestClient() {
    session_.reset();
    Poco::Net::uninitializeSSL();
}

JsonVar RestClient::get(const std::string& path) {
    return call("GET", path, "");
}

JsonVar RestClient::post(const std::string& path, const JsonObject& body) {
    return call("POST", path, toText(JsonObject::Ptr(new JsonObject(body))));
}

JsonVar RestClient::put(const std::string& path, const JsonObject& body) {
    return call("PUT", path, toText(JsonObject::Ptr(new JsonObject(body))));
}

JsonVar RestClient::remove(const std::string& path) {
    return call("DELETE", path, "");
}

JsonVar RestClient::data(const std::string& path) {
    return asObject(get(path))->get("data");
}

JsonVar RestClient::call(const std::string& method, const std::string& path, const std::string& body) {
    HTTPResponse response;
    std::istream& in = send(method, path, body, response);
    std::string answer;
    try {
        answer = bodyOf(in);
    } catch (const Poco::Exception& error) {
        session_.reset();
        throw unreachable(connection_, error);
    }
    if (response.getStatus() >= 300) throw rejected(response.getStatus(), answer);
    try {
        return parseJson(answer);
    } catch (const Poco::Exception& error) {
        throw Failure(ExitCode::Unreachable,
                      connection_.url + " answers something that is no JSON",
                      "is it the address of DBackup? " + error.displayText());
    }
}

std::istream& RestClient::send(const std::string& method,
                               const std::string& path,
                               const std::string& body,
                               HTTPResponse& response) {
    seconds waited{0};
    for (;;) {
        std::istream& in = attempt(method, path, body, response);
        noteClock(response);
        if (response.getStatus() != HTTPResponse::HTTP_TOO_MANY_REQUESTS) return in;
        const std::string answer = bodyOf(in);
        const seconds time = retryAfter(response);
        waited += time;
        if (waited > longest_wait ||
            !wait_(time, "too many requests; going on in " + std::to_string(time.count()) + " s")) {
            throw rejected(response.getStatus(), answer);
        }
    }
}

std::istream& RestClient::attempt(const std::string& method,
                                  const std::string& path,
                                  const std::string& body,
                                  HTTPResponse& response) {
    // What changes something goes over a fresh connection: on one that the server has just given up as idle
    // nobody could tell whether it was done.
    const bool is_safe = method == "GET";
    if (!is_safe) session_.reset();
    for (bool again = session_ != nullptr;; again = false) {
        if (!session_) session_ = openSession(connection_);
        session_->setTimeout(Poco::Timespan(static_cast<long>(timeout_.count()), 0));
        auto request = requestFor(connection_, method, path);
        if (!body.empty()) request.setContentType("application/json");
        if (!is_safe) request.setContentLength(static_cast<std::streamsize>(body.size()));
        try {
            session_->sendRequest(request) << body << std::flush;
            return session_->receiveResponse(response);
        } catch (const Poco::Exception& error) {
            session_.reset();
            if (!again) throw unreachable(connection_, error);
        }
    }
}

void RestClient::noteClock(const HTTPResponse& response) {
    Poco::DateTime time;
    int zone = 0;
    if (Poco::DateTimeParser::tryParse(
            Poco::DateTimeFormat::HTTP_FORMAT, response.get("Date", ""), time, zone)) {
        clock_offset_ = seconds(time.timestamp().epochTime() - Poco::Timestamp().epochTime());
    }
}

std::string RestClient::download(const std::string& path,
                                 std::ostream& out,
                                 const std::function<void(std::int64_t, std::int64_t)>& progress) {
    HTTPResponse response;
    std::istream& in = send("GET", path, "", response);
    if (response.getStatus() >= 300) throw rejected(response.getStatus(), bodyOf(in));
    const std::int64_t total = response.hasContentLength() ? response.getContentLength64() : -1;
    std::int64_t bytes = 0;
    std::array<char, 1 << 16> piece{};
    try {
        while (in.read(piece.data(), piece.size()) || in.gcount() > 0) {
            out.write(piece.data(), in.gcount());
            if (!out) throw Failure(ExitCode::Local, "cannot write the downloaded file; is the disk full?");
            bytes += in.gcount();
            progress(bytes, total);
        }
    } catch (const Poco::Exception& error) {
        session_.reset();
        throw unreachable(connection_, error);
    }
    if (in.bad() || (total >= 0 && bytes != total)) {
        session_.reset();
        throw Failure(ExitCode::Unreachable,
                      "the download was cut off after " + std::to_string(bytes) + " bytes");
    }
    return fileNameIn(response);
}

}  // namespace dbackup::cli
