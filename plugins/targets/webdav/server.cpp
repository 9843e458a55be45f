#include "server.h"

#include <dbackup/sdk/object_names.h>

#include "curl/url.h"

namespace dbackup::webdav {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::string_view nextcloud_files = "/remote.php/dav/files/";

std::string withoutSlashes(std::string text) {
    while (text.ends_with('/'))
        text.pop_back();
    return text;
}

struct Meaning {
    long status;
    ErrorKind kind;
    bool retryable;
    const char* hint;
};

constexpr Meaning meanings[] = {
    {401, ErrorKind::Authentication, false, "Check user, password and the kind of authentication"},
    {403, ErrorKind::Permission, false, "Give the account the right to write there"},
    {404, ErrorKind::NotFound, false, ""},
    {405, ErrorKind::Settings, false, "Is this the address of a WebDAV folder?"},
    {408, ErrorKind::Unavailable, true, ""},
    {412, ErrorKind::AlreadyExists, false, ""},
    {413, ErrorKind::NoSpace, false, "Raise the server's limit for uploads (Apache: LimitRequestBody)"},
    {423, ErrorKind::Unavailable, true, "Somebody has locked it"},
    {429, ErrorKind::Unavailable, true, ""},
    {507, ErrorKind::NoSpace, false, "Free space there, raise the quota, or choose another destination"},
};

/// "/remote.php/dav/files/alice/backups" -> "/remote.php/dav/uploads/alice", with what comes before.
std::string chunkFolderFor(const std::string& path) {
    const std::size_t at = path.find(nextcloud_files);
    if (at == std::string::npos) return {};
    const std::size_t user = at + nextcloud_files.size();
    const std::string name = path.substr(user, path.find('/', user) - user);
    return name.empty() ? std::string() : path.substr(0, at) + "/remote.php/dav/uploads/" + name;
}

}  // namespace

sdk::Error statusError(const std::string& what, const curl::Response& response) {
    const std::string text = what + ": the server answers " + std::to_string(response.status);
    for (const Meaning& meaning : meanings) {
        if (meaning.status == response.status)
            return Error(meaning.kind, text, meaning.hint).canRetry(meaning.retryable);
    }
    if (response.status >= 500) return Error(ErrorKind::Unavailable, text).canRetry();
    if (response.status < 400 && !response.header("Location").empty()) {
        return {ErrorKind::Settings,
                text + ", which leads elsewhere",
                "Give the address that it leads to in the settings"};
    }
    return {ErrorKind::Unsupported, text, "Is this the address of a WebDAV folder?"};
}

Server::Server(const sdk::Settings& settings)
    : authentication_(settings.text("authentication", "basic")),
      user_(settings.text("username")),
      password_(settings.secret("password")),
      token_(settings.secret("token")) {
    const std::string url = settings.text("url");
    const std::size_t host = url.find("://") + 3;
    const std::size_t slash = std::min(url.find('/', host), url.size());
    if (url.find_first_of("@?#") != std::string::npos) {
        throw Error(ErrorKind::Settings,
                    "the address of a WebDAV folder has neither user nor query",
                    "Use the settings for user and password");
    }
    origin_ = url.substr(0, slash);
    root_ = withoutSlashes(curl::decodePath(url.substr(slash)));
    if (settings.text("chunkedUpload", "auto") == "auto") chunk_folder_ = chunkFolderFor(root_ + "/");
    std::string prefix = withoutSlashes(settings.text("pathPrefix"));
    prefix.erase(0, prefix.find_first_not_of('/'));
    if (!prefix.empty()) {
        sdk::partsOf(prefix);  // checks it
        root_ += "/" + prefix;
    }
    connection_.ca_file = settings.text("tlsCa");
    connection_.verify_certificate = settings.flag("verifyCertificate", true);
    connection_.connect_timeout = settings.seconds("connectTimeout", connection_.connect_timeout);
    connection_.stall_timeout = settings.seconds("stallTimeout", connection_.stall_timeout);
}

std::string Server::addressOf(const std::string& path) const {
    return origin_ + curl::encodePath(path);
}

void Server::warn(sdk::RunContext& run) const {
    if (!connection_.verify_certificate) {
        run.log(sdk::LogLevel::Warning,
                "The certificate of " + origin_ +
                    " is not checked: whoever is on the way can read and change what is sent");
    }
}

void Server::authenticate(curl::Transfer& transfer) const {
    if (authentication_ == "bearer") {
        transfer.addHeader("Authorization: Bearer " + token_.reveal());
        return;
    }
    if (user_.empty()) return;
    transfer.set(CURLOPT_HTTPAUTH, authentication_ == "digest" ? CURLAUTH_DIGEST : CURLAUTH_BASIC);
    transfer.set(CURLOPT_USERNAME, user_.c_str());
    transfer.set(CURLOPT_PASSWORD, password_.reveal().c_str());
}

std::unique_ptr<curl::Transfer> Server::request(const std::string& method,
                                                const std::string& path,
                                                const std::string& what,
                                                const sdk::RunContext& run) const {
    auto transfer = std::make_unique<curl::Transfer>(sessions_.take(), connection_, run, what);
    transfer->set(CURLOPT_URL, addressOf(path).c_str());
    transfer->set(CURLOPT_PROTOCOLS_STR, "http,https");
    transfer->set(CURLOPT_CUSTOMREQUEST, method.c_str());
    authenticate(*transfer);
    return transfer;
}

curl::Response Server::ask(const std::string& method,
                           const std::string& path,
                           const std::string& what,
                           const sdk::RunContext& run,
                           const std::vector<std::string>& headers) const {
    const auto transfer = request(method, path, what, run);
    for (const std::string& header : headers)
        transfer->addHeader(header);
    return transfer->finish();
}

std::optional<std::vector<Resource>> Server::find(const std::string& path,
                                                  std::string_view depth,
                                                  const sdk::RunContext& run) const {
    const std::string what = "cannot look at " + textOf(path);
    // A folder's address ends with a slash, or some servers lead there; a file's does not.
    const auto transfer = request("PROPFIND", depth == "1" ? path + "/" : path, what, run);
    transfer->addHeader("Depth: " + std::string(depth));
    transfer->addHeader("Content-Type: application/xml");
    transfer->set(CURLOPT_POSTFIELDSIZE, static_cast<long>(propfind_body.size()));
    transfer->set(CURLOPT_COPYPOSTFIELDS, propfind_body.data());
    const curl::Response response = transfer->finish(64U << 20);
    if (response.status == 404) return std::nullopt;
    if (response.status != 207) throw Error(statusError(what, response));
    return parseMultistatus(response.body);
}

void Server::makeFolder(const std::string& path, const sdk::RunContext& run) const {
    const std::string what = "cannot make the folder " + textOf(path);
    curl::Response response = ask("MKCOL", path + "/", what, run);
    if (response.status == 409 && path.find('/', 1) != std::string::npos) {
        makeFolder(path.substr(0, path.rfind('/')), run);
        response = ask("MKCOL", path + "/", what, run);
    }
    if (response.status < 300 || response.status == 405) return;  // 405: it is there
    // Apache answers 403 to one of two who make the same folder in the same moment.
    if (response.status != 403 || !find(path, "0", run)) throw Error(statusError(what, response));
}

bool Server::remove(const std::string& path, const sdk::RunContext& run) const {
    const std::string what = "cannot remove " + textOf(path);
    const curl::Response response = ask("DELETE", path, what, run);
    if (response.status == 404) return false;
    if (response.status >= 300) throw Error(statusError(what, response));
    return true;
}

}  // namespace dbackup::webdav
