#pragma once

#include <memory>
#include <string>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/subprocess.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A real OpenSSH server of one test, on a free loopback port, that goes with the object. [one thread]
///
/// When the test runs as root, logins are those of the Unix user "dbackupsftp" with the password "secret",
/// who is made when there is none; otherwise they are the test's own, and there are none by password.
class SshServer {
public:
    /// @param configuration  lines of sshd_config that count before those of the fixture
    /// @param sftp_options   of sftp-server, such as "-P posix-rename" for a server without that request
    explicit SshServer(std::string configuration = {}, std::string sftp_options = {});
    SshServer(const SshServer&) = delete;
    SshServer& operator=(const SshServer&) = delete;
    ~SshServer();

    static bool takesPasswords();
    std::string user() const;
    static std::string password() { return "secret"; }
    int port() const noexcept { return port_; }
    /// A folder that the user owns.
    std::filesystem::path home() const { return folder_ / "home"; }
    /// Gives a path to the user, with all that is below it.
    void giveToUser(const std::filesystem::path& path) const;

    /// A private key that the server knows: "ed25519", "rsa", or "ed25519-passphrase" and "rsa-passphrase",
    /// whose passphrase is "keypass". Made when first asked for.
    std::filesystem::path keyFile(const std::string& kind);
    std::string keyText(const std::string& kind);

    /// "SHA256:..." of the host's ed25519 key, as ssh-keygen -l prints it.
    std::string hostKeyFingerprint();
    /// The line of the host for a known_hosts file.
    std::string knownHostsLine() const;
    /// Restarts it with another host key.
    void changeHostKey();

    /// Ends it and all its sessions as a crash would.
    void kill();
    /// Ends the sessions alone.
    void dropSessions();
    /// Starts it again, on the same port, after kill().
    void restart();
    /// What sshd and its sftp-server have logged so far.
    std::string log() const;

    /// Settings of a target for this server: host, port, username, ed25519 key, pathPrefix = home().
    /// @param more  further members, beginning with a comma; they count before those
    sdk::Settings settings(const std::string& more = {});
    std::string settingsText(const std::string& more = {});

private:
    void makeUser();
    void makeHostKey();
    void writeConfiguration() const;
    bool start();
    std::string run(const std::string& program, std::vector<std::string> arguments);

    TempDir folder_;
    RecordingRun run_;
    std::string configuration_;
    std::string sftp_options_;
    int port_ = 0;
    std::size_t log_bytes_ = 0;  ///< of the log before the last start
    std::unique_ptr<sdk::Subprocess> process_;
};

/// A real ssh-agent that holds one key. [one thread]
class SshAgent {
public:
    explicit SshAgent(const std::filesystem::path& key_file);
    SshAgent(const SshAgent&) = delete;
    SshAgent& operator=(const SshAgent&) = delete;
    ~SshAgent();

    /// What SSH_AUTH_SOCK would say.
    std::string socket() const { return (folder_ / "agent").string(); }

private:
    TempDir folder_;
    RecordingRun run_;
    std::unique_ptr<sdk::Subprocess> process_;
};

/// A text as a JSON string, with its quotes.
std::string jsonText(const std::string& text);

}  // namespace dbackup::test
