#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <dbackup/sdk/subprocess.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A real Apache with mod_dav of one test, on a free loopback port, that goes with the object. User "dav"
/// with the password "secret". [one thread]
class WebDavServer {
public:
    struct Options {
        std::string authentication = "Basic";  ///< or Digest
        bool tls = false;            ///< with a certificate for 127.0.0.1 of an authority of its own
        std::filesystem::path root;  ///< what is served; empty = a folder of its own
    };
    WebDavServer() : WebDavServer(Options()) {}
    explicit WebDavServer(Options options);
    WebDavServer(const WebDavServer&) = delete;
    WebDavServer& operator=(const WebDavServer&) = delete;
    ~WebDavServer() = default;

    std::string port() const { return std::to_string(port_); }
    /// http(s)://127.0.0.1:<port>
    std::string url() const {
        return (options_.tls ? "https" : "http") + std::string("://127.0.0.1:") + port();
    }
    const std::filesystem::path& root() const { return options_.root; }
    /// PEM file of the certificate, which is its own authority.
    std::string certificate() const { return (folder_ / "server.pem").string(); }
    /// What was asked for, a line each.
    std::string accessLog() const;
    /// Ends it as a crash would.
    void kill();

private:
    std::string configuration() const;
    std::string tlsConfiguration() const;
    void makeFiles();
    bool start();

    Options options_;
    TempDir folder_;
    RecordingRun run_;
    int port_ = 0;
    std::unique_ptr<sdk::Subprocess> process_;
};

}  // namespace dbackup::test
