#include "tests/contract/transcript.h"

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include <Poco/JSON/Query.h>
#include <Poco/JSON/Stringifier.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <catch2/catch.hpp>
#include <sqlite3.h>

namespace dbackup::test {

namespace {

std::string makeKey(const std::filesystem::path& state) {
    const Run run = runDaemon(
        {"keys", "create", "--name=contract", "--permissions=all", "-Dstate.dir=" + state.string()});
    INFO(run.err);
    REQUIRE(run.status == 0);
    return run.out.substr(0, run.out.find('\n'));
}

/// Only these two, so that no answer depends on what else was built.
std::filesystem::path pluginFolder(const std::filesystem::path& folder) {
    std::filesystem::create_directory(folder);
    for (const char* file : {"files.so", "sqlite.so", "local-filesystem.so"}) {
        std::filesystem::copy(std::filesystem::path(DBACKUP_BINARY_DIR "/lib/dbackup/plugins") / file,
                              folder);
    }
    return folder;
}

void makeDatabase(const std::string& path) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    const int made = sqlite3_exec(
        database, "CREATE TABLE t(a); INSERT INTO t VALUES (1), ('two'), (NULL)", nullptr, nullptr, nullptr);
    sqlite3_close(database);
    REQUIRE(made == SQLITE_OK);
}

std::string pretty(const std::string& body) {
    if (body.empty() || (body.front() != '{' && body.front() != '[')) {
        return body;
    }
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(parseJson(body, "the answer"), out, 2);
    return out.str();
}

/// What differs from run to run, and what stands for it.
const std::vector<std::pair<std::regex, std::string>>& variables() {
    static const std::vector<std::pair<std::regex, std::string>> all = {
        {std::regex("dbackup_[0-9a-f]{60}"), "<key>"},
        {std::regex("dbackup_[0-9a-f]{8}"), "<prefix>"},
        {std::regex(R"(\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_[0-9a-f]{8})"), "<backup>"},
        {std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"), "<time>"},
        {std::regex(R"re("date"\s*: "\d{4}-\d\d-\d\d")re"), "\"date\": \"<day>\""},
        {std::regex("\"[0-9a-f]{64}\""), "\"<sha256>\""},
        {std::regex(
             R"re(("(?:duration|size|bytes|originalSize|sizeInBytes|uptime|rss|heapUsed|heapTotal|responseTime)"\s*: )\d+)re"),
         "$1<number>"},
        {std::regex(R"re(("(?:engineVersion|version)"\s*: )"[^"]*")re"), "$1<version>"},
        {std::regex(R"([\d.]+ .?B are free)"), "<number> are free"},
        {std::regex(R"(try again in \d+ seconds)"), "try again in <number> seconds"},
        {std::regex(R"((Retry-After|RateLimit-Reset): \d+)"), "$1: <number>"}};
    return all;
}

}  // namespace

std::string Reply::at(const std::string& path) const {
    const auto value = Poco::JSON::Query(parseJson(body, "the answer")).find(path);
    return value.isEmpty() ? std::string() : value.convert<std::string>();
}

RestService::RestService()
    : service_(folder_ / "state", {"-Dplugins.dir=" + pluginFolder(folder_ / "plugins").string()}),
      key_(makeKey(folder_ / "state")) {
    INFO(service_.process().err());
    REQUIRE(service_.ready());
    REQUIRE(call("PUT", "/api/settings", R"({"api.rateLimit.enabled":false})").status == 200);
}

Reply RestService::call(const std::string& method, const std::string& path, const std::string& body) const {
    return callAs(key_, method, path, body);
}

Reply RestService::callAs(const std::string& key,
                          const std::string& method,
                          const std::string& path,
                          const std::string& body) const {
    Poco::Net::HTTPClientSession session("127.0.0.1", service_.port());
    session.setTimeout(Poco::Timespan(20, 0));
    Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
    if (!key.empty()) {
        request.set("Authorization", "Bearer " + key);
    }
    request.setContentLength(static_cast<std::streamsize>(body.size()));
    session.sendRequest(request) << body;
    Poco::Net::HTTPResponse response;
    std::ostringstream text;
    Poco::StreamCopier::copyStream(session.receiveResponse(response), text);
    return {response.getStatus(), {response.begin(), response.end()}, text.str()};
}

Reply RestService::finished(const std::string& execution_id) const {
    Reply reply;
    REQUIRE(eventually(
        [&] {
            reply = call("GET", "/api/executions/" + execution_id);
            const std::string status = reply.at("data.status");
            return status == "Success" || status == "Failed";
        },
        std::chrono::seconds(60)));
    return reply;
}

std::string RestService::addSource(const std::string& name) const {
    makeDatabase(file(name + ".db"));
    return call("POST",
                "/api/adapters",
                R"({"type":"database","adapterId":"sqlite","name":")" + name + R"(","config":{"path":")" +
                    file(name + ".db") + "\"}}")
        .at("id");
}

std::string RestService::addDestination(const std::string& name) const {
    return call("POST",
                "/api/adapters",
                R"({"type":"storage","adapterId":"local-filesystem","name":")" + name +
                    R"(","config":{"basePath":")" + file(name) + "\"}}")
        .at("id");
}

std::string RestService::addJob(const std::string& name,
                                const std::string& source,
                                const std::string& destination) const {
    return call("POST",
                "/api/jobs",
                R"({"name":")" + name + R"(","schedule":"0 3 * * *","sourceId":")" + source +
                    R"(","destinations":[{"configId":")" + destination + "\"}]}")
        .at("id");
}

Transcript::Transcript(const RestService& service, std::string name)
    : service_(service), name_(std::move(name)) {}

Reply Transcript::call(const std::string& method, const std::string& path, const std::string& body) {
    return add(method + ' ' + path + (body.empty() ? "" : "\n" + body), service_.call(method, path, body));
}

Reply Transcript::callAs(const std::string& key,
                         const std::string& method,
                         const std::string& path,
                         const std::string& body) {
    return add(method + ' ' + path + (body.empty() ? "" : "\n" + body),
               service_.callAs(key, method, path, body));
}

Reply Transcript::add(const std::string& request, Reply reply, const std::vector<std::string>& fields) {
    text_ += "> " + normal(request) + "\n< " + std::to_string(reply.status) + '\n';
    for (const auto& field : fields) {
        text_ += normal(field + ": " + reply.fields[field]) + '\n';
    }
    text_ += normal(pretty(reply.body)) + "\n\n";
    return reply;
}

void Transcript::check() {
    const std::string path = std::string(DBACKUP_SOURCE_DIR "/tests/golden/rest/") + name_ + ".txt";
    if (std::getenv("DBACKUP_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path) << text_;
    }
    INFO("the golden answers are in " << path);
    CHECK(text_ == readFile(path));
}

std::string Transcript::normal(std::string text) {
    const std::string folder = service_.file("");
    for (std::size_t at = 0; (at = text.find(folder, at)) != std::string::npos;) {
        text.replace(at, folder.size(), "<folder>/");
    }
    for (const auto& [pattern, replacement] : variables()) {
        text = std::regex_replace(text, pattern, replacement);
    }
    static const std::regex id("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    std::smatch match;
    while (std::regex_search(text, match, id)) {
        const auto known = ids_.try_emplace(match.str(), "<id-" + std::to_string(ids_.size() + 1) + ">");
        text.replace(static_cast<std::size_t>(match.position()),
                     static_cast<std::size_t>(match.length()),
                     known.first->second);
    }
    return text;
}

}  // namespace dbackup::test
