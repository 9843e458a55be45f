#include "role_credentials.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/settings.h>

#include "curl/transfer.h"
#include "uri.h"
#include "xml_answer.h"

namespace dbackup::s3 {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using sdk::SecretString;

constexpr auto connect_timeout = std::chrono::seconds(1);
constexpr auto stall_timeout = std::chrono::seconds(2);
constexpr std::size_t longest_answer = 64U << 10;
constexpr const char* machine_address = "http://169.254.169.254";
constexpr const char* container_address = "http://169.254.170.2";
constexpr const char* roles = "/latest/meta-data/iam/security-credentials/";

class MetadataServer {
public:
    MetadataServer(std::string what, sdk::RunContext& run)
        : what_(std::move(what)), run_(run), session_(std::make_shared<curl::Session>()) {}

    curl::Response ask(const std::string& method,
                       const std::string& url,
                       const std::vector<std::string>& headers) {
        curl::Connection connection;
        connection.connect_timeout = connect_timeout;
        connection.stall_timeout = stall_timeout;
        curl::Transfer transfer(session_, connection, run_, what_);
        transfer.set(CURLOPT_URL, url.c_str());
        transfer.set(CURLOPT_CUSTOMREQUEST, method.c_str());
        transfer.set(CURLOPT_NOPROXY, "*");
        for (const std::string& header : headers)
            transfer.addHeader(header);
        return transfer.finish(longest_answer);
    }

private:
    const std::string what_;
    sdk::RunContext& run_;
    const std::shared_ptr<curl::Session> session_;
};

Credentials credentialsOf(const curl::Response& response, const std::string& what) {
    if (response.status != 200) {
        throw Error(ErrorKind::Authentication, what + ": the answer is " + std::to_string(response.status));
    }
    const sdk::Settings answer(response.body);
    Credentials found{answer.text("AccessKeyId"),
                      SecretString(answer.text("SecretAccessKey")),
                      SecretString(answer.text("Token")),
                      std::nullopt};
    if (found.access_key_id.empty() || found.secret_access_key.empty()) {
        throw Error(ErrorKind::Unavailable, what + ": the answer has no keys").canRetry();
    }
    if (answer.has("Expiration")) found.expires = timeOf(answer.text("Expiration"));
    return found;
}

/// Only these may be sent the token without TLS, as others do it, too.
bool isTrusted(const std::string& url) {
    const Endpoint endpoint = endpointOf(url);
    return endpoint.scheme == "https" || endpoint.host == "localhost" || endpoint.host.starts_with("127.") ||
           endpoint.host == "::1" || endpoint.host == "169.254.170.2" || endpoint.host == "169.254.170.23" ||
           endpoint.host == "fd00:ec2::23";
}

std::string fileText(const std::string& name) {
    std::ifstream file(name, std::ios::binary);
    if (!file) throw Error(ErrorKind::Authentication, "cannot read the container's token from " + name);
    std::string text(std::istreambuf_iterator<char>(file), {});
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    return text;
}

}  // namespace

std::optional<Credentials> containerCredentials(const Environment& environment, sdk::RunContext& run) {
    const auto relative = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const auto full = environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative && !full) return std::nullopt;
    const std::string url = relative ? container_address + *relative : *full;
    if (!isTrusted(url)) {
        throw Error(ErrorKind::Settings,
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor on this machine");
    }
    std::vector<std::string> headers;
    if (const auto file = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
        headers.push_back("Authorization: " + fileText(*file));
    } else if (const auto token = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN")) {
        headers.push_back("Authorization: " + *token);
    }
    const std::string what = "cannot get the credentials of this container's role";
    return credentialsOf(MetadataServer(what, run).ask("GET", url, headers), what);
}

std::optional<Credentials> machineCredentials(const Environment& environment, sdk::RunContext& run) {
    if (environment("AWS_EC2_METADATA_DISABLED").value_or("") == "true") return std::nullopt;
    std::string base = environment("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or(machine_address);
    while (base.ends_with('/'))
        base.pop_back();
    const std::string what = "cannot get the credentials of this machine's role";
    MetadataServer server(what, run);
    curl::Response token;
    try {
        token = server.ask("PUT", base + "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds: 300"});
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Unavailable) throw;
        run.log(sdk::LogLevel::Debug, std::string(error.what()) + " (outside of a cloud there is none)");
        return std::nullopt;
    }
    if (token.status != 200) return std::nullopt;
    const std::vector<std::string> headers{"X-aws-ec2-metadata-token: " + token.body};
    const curl::Response role = server.ask("GET", base + roles, headers);
    if (role.status == 404 || role.body.empty()) return std::nullopt;
    const std::string name = role.body.substr(0, role.body.find_first_of("\r\n"));
    return credentialsOf(server.ask("GET", base + roles + uriEncode(name), headers), what);
}

}  // namespace dbackup::s3
