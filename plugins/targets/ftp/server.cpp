#include "server.h"

#include <dbackup/sdk/object_names.h>

#include "curl/url.h"

namespace dbackup::ftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr long unknown_command = 500;
constexpr long command_not_implemented = 502;
constexpr long no_such_file = 550;
constexpr std::size_t most_listing = 64U << 20;

std::string hostText(const std::string& host) {
    const bool is_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
    return is_ipv6 ? "[" + host + "]" : host;
}

std::string withoutSlashes(std::string text) {
    while (text.ends_with('/'))
        text.pop_back();
    return text;
}

}  // namespace

sdk::Error replyError(const std::string& what, long reply) {
    const std::string text = what + ": the server answers " + std::to_string(reply);
    switch (reply) {
        case 421:
        case 425:
        case 426:
        case 450:
        case 451:
            return Error(ErrorKind::Unavailable, text).canRetry();
        case 452:
        case 552:
            return {ErrorKind::NoSpace, text, "Free space there, or choose another destination"};
        case 530:
        case 532:
            return {ErrorKind::Authentication, text, "Check user name and password"};
        case no_such_file:
            return {ErrorKind::Permission, text, "May the account do this there?"};
        case 553:
            return {ErrorKind::Permission, text, "May the account write there?"};
        default:
            return reply >= 500 ? Error(ErrorKind::Unsupported, text)
                                : Error(ErrorKind::Unavailable, text).canRetry();
    }
}

std::vector<std::string> makeFolders(const std::string& path) {
    std::vector<std::string> commands;
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        commands.push_back("*MKD " + path.substr(0, slash));
    }
    return commands;
}

Server::Server(const sdk::Settings& settings)
    : user_(settings.text("username", "anonymous")),
      password_(settings.secret("password")),
      prefix_(withoutSlashes(settings.text("pathPrefix"))) {
    const bool compatible = settings.flag("tls") && settings.text("tlsMode", "none") == "none";
    const std::string mode = compatible ? "explicit" : settings.text("tlsMode", "none");
    explicit_tls_ = mode == "explicit";
    origin_ = (mode == "implicit" ? "ftps://" : "ftp://") + hostText(settings.text("host")) + ":" +
              std::to_string(settings.integer("port", 21));
    const std::size_t first = prefix_.find_first_not_of('/');
    if (first != std::string::npos) sdk::partsOf(prefix_.substr(first));  // checks it
    connection_.ca_file = settings.text("tlsCa");
    connection_.verify_certificate = settings.flag("verifyCertificate", true);
    connection_.connect_timeout = settings.seconds("connectTimeout", connection_.connect_timeout);
    connection_.stall_timeout = settings.seconds("stallTimeout", connection_.stall_timeout);
}

void Server::warn(sdk::RunContext& run) const {
    if (!explicit_tls_ && !origin_.starts_with("ftps")) {
        run.log(sdk::LogLevel::Warning,
                "FTP without TLS: whoever is on the way to " + origin_ +
                    " can read the password and everything that is sent");
    } else if (!connection_.verify_certificate) {
        run.log(sdk::LogLevel::Warning,
                "The certificate of " + origin_ +
                    " is not checked: whoever is on the way can read and change what is sent");
    }
}

std::unique_ptr<curl::Transfer> Server::transfer(const std::string& path,
                                                 const std::string& what,
                                                 const sdk::RunContext& run) const {
    auto transfer = std::make_unique<curl::Transfer>(sessions_.take(), connection_, run, what);
    // The second slash makes the path an absolute one (RFC 1738, section 3.2.2).
    transfer->set(CURLOPT_URL, (origin_ + "/" + curl::encodePath(path)).c_str());
    transfer->set(CURLOPT_PROTOCOLS_STR, "ftp,ftps");
    transfer->set(CURLOPT_FTP_FILEMETHOD, CURLFTPMETHOD_NOCWD);
    transfer->set(CURLOPT_USERNAME, user_.c_str());
    transfer->set(CURLOPT_PASSWORD, password_.reveal().c_str());
    transfer->set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(connection_.stall_timeout.count()));
    // Servers that want the session of the control connection on data connections, too (vsftpd's
    // require_ssl_reuse), do not get it from libcurl with TLS 1.3, whose tickets come too late.
    transfer->set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_MAX_TLSv1_2));
    if (explicit_tls_) transfer->set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    return transfer;
}

long Server::command(const std::vector<std::string>& commands,
                     const std::string& what,
                     const sdk::RunContext& run) const {
    const auto control = transfer("", what, run);
    control->quote(commands);
    control->set(CURLOPT_NOBODY, 1L);
    try {
        return control->finish().status;
    } catch (const Error& error) {
        const long reply = control->status();
        if (error.kind() == ErrorKind::Cancelled || reply < 500 || reply == 530) throw;
        return reply;
    }
}

std::string Server::root(const sdk::RunContext& run) {
    const std::lock_guard lock(mutex_);
    if (connected_) return root_;
    const auto control = transfer("", "cannot reach " + origin_, run);
    control->set(CURLOPT_NOBODY, 1L);
    control->finish();
    const char* entry = nullptr;
    curl_easy_getinfo(control->handle(), CURLINFO_FTP_ENTRY_PATH, &entry);
    const std::string login = withoutSlashes(entry ? entry : "/");
    const bool is_absolute = prefix_.starts_with('/');
    root_ = is_absolute ? prefix_ : login + (prefix_.empty() ? "" : "/" + prefix_);
    connected_ = true;
    return root_;
}

std::string Server::pathOf(const std::string& name, const sdk::RunContext& run) {
    sdk::partsOf(name);  // checks it
    return root(run) + "/" + name;
}

std::optional<Entry> Server::find(const std::string& path, const sdk::RunContext& run) const {
    const auto look = transfer(path, "cannot look at " + textOf(path), run);
    look->set(CURLOPT_NOBODY, 1L);
    look->set(CURLOPT_FILETIME, 1L);
    try {
        look->finish();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::NotFound || look->status() == no_such_file) return std::nullopt;
        throw;
    }
    curl_off_t size = -1;
    curl_off_t time = -1;
    curl_easy_getinfo(look->handle(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    curl_easy_getinfo(look->handle(), CURLINFO_FILETIME_T, &time);
    if (size < 0) return std::nullopt;
    return Entry{path.substr(path.rfind('/') + 1),
                 false,
                 static_cast<std::uint64_t>(size),
                 std::chrono::system_clock::from_time_t(time < 0 ? 0 : time)};
}

std::optional<std::string> Server::listing(const std::string& path,
                                           const char* command,
                                           const sdk::RunContext& run) const {
    const auto list = transfer("", "cannot list " + textOf(path), run);
    // Where the folder's name would end is not clear to every server after "LIST -a", but after CWD it is.
    list->quote({"CWD " + path});
    list->set(CURLOPT_CUSTOMREQUEST, command);
    try {
        return list->finish(most_listing).body;
    } catch (const Error&) {
        const long reply = list->status();
        if (reply == no_such_file) return std::nullopt;
        if (reply == unknown_command || reply == command_not_implemented)
            throw Error(replyError("cannot list " + textOf(path), reply));
        throw;
    }
}

std::optional<std::vector<Entry>> Server::list(const std::string& path, const sdk::RunContext& run) {
    if (knows_mlsd_) {
        try {
            const auto text = listing(path, "MLSD", run);
            return text ? std::optional(parseMlsd(*text)) : std::nullopt;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Unsupported) throw;
            knows_mlsd_ = false;
        }
    }
    const auto text = listing(path, "LIST -a", run);
    return text ? std::optional(parseList(*text, std::chrono::system_clock::now())) : std::nullopt;
}

bool Server::remove(const std::string& path, const sdk::RunContext& run) const {
    if (!find(path, run)) return false;
    const std::string what = "cannot remove " + textOf(path);
    const long reply = command({"DELE " + path}, what, run);
    if (reply >= 400) throw Error(replyError(what, reply));
    return true;
}

void Server::prune(std::string folder, const sdk::RunContext& run) {
    const std::string top = root(run);
    while (folder.size() > top.size() && folder.starts_with(top + "/")) {
        // Refused for what is not empty, which is how it ends.
        if (command({"RMD " + folder}, "cannot remove " + textOf(folder), run) >= 400) return;
        folder.resize(folder.rfind('/'));
    }
}

}  // namespace dbackup::ftp
