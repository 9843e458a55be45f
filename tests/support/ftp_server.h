#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <dbackup/sdk/subprocess.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A real vsftpd of one test, on a free loopback port, that goes with the object. Any user with the password
/// "secret" is let in, and sees root() alone. Needs root, as vsftpd does. [one thread]
class FtpServer {
public:
    enum class Tls { None = 0, Explicit, Implicit };
    /// @param tls  with a certificate for 127.0.0.1 of an authority of its own
    explicit FtpServer(Tls tls = Tls::None);
    FtpServer(const FtpServer&) = delete;
    FtpServer& operator=(const FtpServer&) = delete;
    ~FtpServer();

    std::string port() const { return std::to_string(port_); }
    const std::filesystem::path& root() const { return root_; }
    /// PEM file of the certificate, which is its own authority.
    std::string certificate() const { return (folder_ / "server.pem").string(); }
    /// Ends it, and all its sessions, as a crash would.
    void kill();

private:
    std::string configuration() const;
    void makeFiles();
    bool start();
    std::string service() const;

    const Tls tls_;
    TempDir folder_;
    RecordingRun run_;
    std::filesystem::path root_;
    int port_ = 0;
    std::unique_ptr<sdk::Subprocess> process_;
};

}  // namespace dbackup::test
