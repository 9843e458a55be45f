#include "tests/support/web_dav_server.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include "tests/support/loopback.h"

namespace dbackup::test {

namespace fs = std::filesystem;

namespace {

constexpr int attempts = 20;
constexpr auto ready_time = std::chrono::seconds(20);
constexpr const char* modules = "/usr/lib/apache2/modules";

std::string textOf(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string load(const std::string& name) {
    return "LoadModule " + name + "_module " + modules + "/mod_" + name + ".so\n";
}

}  // namespace

WebDavServer::WebDavServer(Options options) : options_(std::move(options)) {
    if (options_.root.empty()) options_.root = folder_ / "root";
    makeFiles();
    for (int i = 0; i < attempts; ++i) {
        port_ = somePort();
        if (start()) return;
    }
    throw std::runtime_error("apache2 did not start: " + process_->errorText() +
                             textOf(folder_ / "error.log"));
}

void WebDavServer::makeFiles() {
    fs::permissions(folder_.path(), fs::perms(0755));
    fs::create_directories(options_.root);
    fs::create_directories(folder_ / "lock");
    if (::geteuid() == 0) {  // the server's children are www-data
        for (const fs::path& folder : {options_.root, folder_ / "lock"})
            giveTo("www-data", folder);
    }
    // htpasswd is in another package: "{SHA}" and the digest file's line are MD5 and SHA-1 of "secret", in
    // their formats.
    std::ofstream(folder_ / "passwords") << "dav:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n";
    std::ofstream(folder_ / "digests") << "dav:dav:60665f3c65314e03f8400c7e873c40ce\n";
    if (options_.tls) makeCertificate(folder_ / "server.key", folder_ / "server.pem", "IP:127.0.0.1");
    for (const char* name : {"passwords", "digests"})
        fs::permissions(folder_ / name, fs::perms(0644));
}

std::string WebDavServer::tlsConfiguration() const {
    return load("ssl") + load("socache_shmcb") + "SSLEngine on\nSSLCertificateFile " + certificate() +
           "\nSSLCertificateKeyFile " + (folder_ / "server.key").string() + "\n";
}

std::string WebDavServer::configuration() const {
    const std::string folder = folder_.path().string();
    std::string text = "ServerRoot " + folder + "\nServerName localhost\nListen 127.0.0.1:" + port() +
                       "\nPidFile " + folder + "/pid\nErrorLog " + folder + "/error.log\n";
    if (::geteuid() == 0) text += "User www-data\nGroup www-data\n";
    for (const char* name : {"mpm_event",
                             "authn_core",
                             "authn_file",
                             "authz_core",
                             "authz_user",
                             "auth_basic",
                             "auth_digest",
                             "mime",
                             "dav",
                             "dav_fs"}) {
        text += load(name);
    }
    if (options_.tls) text += tlsConfiguration();
    text += "TypesConfig /etc/mime.types\nLogFormat \"%r %>s\" short\nCustomLog " + folder +
            "/access.log short\n";
    text += "DavLockDB " + folder + "/lock/db\nDocumentRoot " + options_.root.string() +
            "\nAllowEncodedSlashes On\n";
    text += "<Directory " + options_.root.string() + ">\nDav On\nAuthType " + options_.authentication +
            "\nAuthName dav\nRequire valid-user\nLimitRequestBody 0\n";
    text += options_.authentication == "Basic"
                ? "AuthUserFile " + folder + "/passwords\n"
                : "AuthDigestProvider file\nAuthUserFile " + folder + "/digests\n";
    return text + "</Directory>\n";
}

bool WebDavServer::start() {
    const fs::path file = folder_ / "apache.conf";
    std::ofstream(file) << configuration();
    sdk::Command command("/usr/sbin/apache2");
    command.args({"-f", file.string(), "-DFOREGROUND"});
    process_ = std::make_unique<sdk::Subprocess>(command, run_);
    const auto end = std::chrono::steady_clock::now() + ready_time;
    while (std::chrono::steady_clock::now() < end) {
        if (!isAlive(process_->pid())) return false;
        if (fs::exists(folder_ / "pid") && isListening(port_)) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

std::string WebDavServer::accessLog() const {
    return textOf(folder_ / "access.log");
}

void WebDavServer::kill() {
    process_->kill();
    (void)process_->wait();
}

}  // namespace dbackup::test
