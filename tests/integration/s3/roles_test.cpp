// Credentials of roles. No cloud can be had for a test, so a small server plays its metadata service.
#include <chrono>
#include <map>
#include <mutex>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include "credential_chain.h"
#include "tests/integration/s3/fixture.h"

using namespace dbackup;
using namespace dbackup::test;
using Catch::Matchers::Contains;
using sdk::ErrorKind;

namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

/// Gives a path's text to who asks for it with the right header.
class MetadataService {
public:
    using Answers = std::map<std::string, std::string>;

    MetadataService(std::string header, std::string value, Answers answers)
        : header_(std::move(header)),
          value_(std::move(value)),
          answers_(std::move(answers)),
          server_(new Factory(*this),
                  Poco::Net::ServerSocket(Poco::Net::SocketAddress("127.0.0.1", 0)),
                  new Poco::Net::HTTPServerParams) {
        server_.start();
    }
    MetadataService(const MetadataService&) = delete;
    MetadataService& operator=(const MetadataService&) = delete;
    ~MetadataService() { server_.stopAll(true); }

    std::string address() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

private:
    class Handler final : public Poco::Net::HTTPRequestHandler {
    public:
        explicit Handler(const MetadataService& service) : service_(service) {}
        void handleRequest(Poco::Net::HTTPServerRequest& request,
                           Poco::Net::HTTPServerResponse& response) override {
            const bool is_token =
                request.getMethod() == "PUT" && request.has("X-aws-ec2-metadata-token-ttl-seconds");
            const auto found = service_.answers_.find(request.getURI());
            const bool may = is_token || request.get(service_.header_, "") == service_.value_;
            const std::string body = !may                               ? ""
                                     : is_token                         ? service_.value_
                                     : found == service_.answers_.end() ? ""
                                                                        : found->second;
            response.setStatus(!may ? HTTPResponse::HTTP_UNAUTHORIZED
                               : is_token || found != service_.answers_.end() ? HTTPResponse::HTTP_OK
                                                                              : HTTPResponse::HTTP_NOT_FOUND);
            response.setContentLength64(static_cast<Poco::Int64>(body.size()));
            response.send() << body;
        }

    private:
        const MetadataService& service_;
    };
    class Factory final : public Poco::Net::HTTPRequestHandlerFactory {
    public:
        explicit Factory(const MetadataService& service) : service_(service) {}
        Poco::Net::HTTPRequestHandler* createRequestHandler(
            const Poco::Net::HTTPServerRequest& /*request*/) override {
            return std::make_unique<Handler>(service_).release();  // Poco's server owns it
        }

    private:
        const MetadataService& service_;
    };

    const std::string header_;
    const std::string value_;
    const Answers answers_;
    Poco::Net::HTTPServer server_;
};

s3::Environment environmentOf(std::map<std::string, std::string> variables) {
    variables.emplace("HOME", "/nonexistent");
    return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

std::string roleAnswer(const std::string& expiration) {
    const RadosgwServer& server = RadosgwServer::shared();
    return R"({"Code":"Success","AccessKeyId":")" + server.value("S3_KEY") + R"(","SecretAccessKey":")" +
           server.value("S3_SECRET") + R"(","Expiration":")" + expiration + "\"}";
}

}  // namespace

TEST_CASE("CredentialChain: the machine's role is asked for by a token, and its credentials open the bucket",
          "[s3]") {
    const MetadataService service(
        "X-aws-ec2-metadata-token",
        "a-token",
        {{"/latest/meta-data/iam/security-credentials/", "backup-role\n"},
         {"/latest/meta-data/iam/security-credentials/backup-role", roleAnswer("2099-01-01T00:00:00Z")}});
    RecordingRun run;
    auto source = std::make_shared<s3::KeptCredentials>(std::make_unique<s3::CredentialChain>(
        "", environmentOf({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", service.address()}})));
    const s3::Credentials credentials = source->get(run);
    REQUIRE(credentials.expires);
    CHECK(std::chrono::system_clock::to_time_t(*credentials.expires) == 4070908800);
    CHECK_THAT(run.masked(), Catch::Matchers::VectorContains(RadosgwServer::shared().value("S3_SECRET")));
    GatewayBucket bucket;
    s3::BucketSettings settings = bucket.settings();
    settings.credentials = source;
    CHECK_THAT(s3::S3Target(settings).test(run), Contains("written"));
}

TEST_CASE("CredentialChain: the container's role is asked for with its token", "[s3]") {
    const MetadataService service(
        "Authorization", "pod token", {{"/v1/credentials", roleAnswer("2099-01-01T00:00:00Z")}});
    RecordingRun run;
    std::map<std::string, std::string> variables{
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", service.address() + "/v1/credentials"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "pod token"}};
    CHECK(s3::CredentialChain("", environmentOf(variables)).get(run).access_key_id ==
          RadosgwServer::shared().value("S3_KEY"));
    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "another";
    const sdk::Error error = errorFrom([&] { s3::CredentialChain("", environmentOf(variables)).get(run); });
    CHECK(error.kind() == ErrorKind::Authentication);
    CHECK_THAT(error.what(), Contains("container") && Contains("401"));
}

TEST_CASE("CredentialChain: outside of a cloud it is soon over", "[s3]") {
    RecordingRun run;
    const auto begin = std::chrono::steady_clock::now();
    const sdk::Error error = errorFrom([&] {
        s3::CredentialChain("", environmentOf({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"}}))
            .get(run);
    });
    CHECK(error.kind() == ErrorKind::Authentication);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(4));
}
