#include "session.h"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>

#include "login.h"

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// Where the processor has instructions for AES, it is several times as fast as the library's own first
/// choice.
constexpr const char* fast_ciphers =
    "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes192-ctr,"
    "aes128-ctr";

bool hasAesInstructions() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("aes") != 0;
#else
    return false;
#endif
}

const char* credentialOf(const ServerSettings& server) {
    switch (server.auth) {
        case AuthType::PrivateKey:
            return "private key";
        case AuthType::Agent:
            return "agent's keys";
        case AuthType::Password:
        case AuthType::None:
            break;
    }
    return "password";
}

}  // namespace

Session::Session(const ServerSettings& server,
                 HostKeyCheck& keys,
                 sdk::RunContext& run,
                 std::chrono::milliseconds timeout)
    : name_(server.name()), deadline_(Clock::now() + timeout), session_(::ssh_new()) {
    if (!session_) throw Error(ErrorKind::Internal, "no memory for an SSH session");
    setOptions(server, run);
    connect(server, run);
    keys.check(hostKeyFingerprint(), run);
    const int result = logIn(session_.get(), server, [&](const std::function<int()>& call) {
        return finish(SSH_AUTH_AGAIN, run, call);
    });
    if (result == SSH_AUTH_SUCCESS) return;
    if (result == SSH_AUTH_ERROR && ::ssh_is_connected(session_.get()) == 0) throw lost();
    throw Error(ErrorKind::Authentication,
                name_ + " has refused user " + server.username + " with the given " + credentialOf(server),
                result == SSH_AUTH_PARTIAL ? "The server asks for more than one proof"
                                           : "Check username, authType and what belongs to it");
}

Session::~Session() = default;

void Session::setOptions(const ServerSettings& server, sdk::RunContext& run) {
    const auto set = [&](ssh_options_e option, const void* value) {
        if (::ssh_options_set(session_.get(), option, value) < 0) {
            throw Error(ErrorKind::Settings, std::string("SSH: ") + ::ssh_get_error(session_.get()));
        }
    };
    // The files of the user that the service runs as must not change where and how we connect.
    const bool reads_files = false;
    const int at_once = 1;
    set(SSH_OPTIONS_PROCESS_CONFIG, &reads_files);
    set(SSH_OPTIONS_SSH_DIR, run.scratch().c_str());
    set(SSH_OPTIONS_HOST, server.host.c_str());
    set(SSH_OPTIONS_USER, server.username.c_str());
    set(SSH_OPTIONS_NODELAY, &at_once);
    if (!server.agent_socket.empty()) set(SSH_OPTIONS_IDENTITY_AGENT, server.agent_socket.c_str());
    if (hasAesInstructions()) {
        set(SSH_OPTIONS_CIPHERS_C_S, fast_ciphers);
        set(SSH_OPTIONS_CIPHERS_S_C, fast_ciphers);
    }
    ::ssh_set_blocking(session_.get(), 0);
}

void Session::connect(const ServerSettings& server, sdk::RunContext& run) {
    sdk::UniqueFd socket = connectTo(server, run, deadline_);
    const int fd = socket.get();
    ::ssh_options_set(session_.get(), SSH_OPTIONS_FD, &fd);
    const auto call = [&] {
        const int result = ::ssh_connect(session_.get());
        if (socket) {
            // From here on it is the library's, which closes it on errors; so it shall close it always.
            (void)socket.release();
            ::ssh_options_set(session_.get(), SSH_OPTIONS_FD, nullptr);
        }
        // It makes the socket a blocking one, though it writes more at once than there is room for.
        if (::ssh_get_fd(session_.get()) == fd) ::fcntl(fd, F_SETFL, O_NONBLOCK);
        return result;
    };
    if (finish(SSH_AGAIN, run, call) == SSH_OK) return;
    throw Error(ErrorKind::Unavailable,
                "no SSH connection with " + name_ + ": " + ::ssh_get_error(session_.get()),
                "Check host and port, and which algorithms the server takes")
        .canRetry();
}

int Session::finish(int again, sdk::RunContext& run, const std::function<int()>& call) {
    for (;;) {
        run.throwIfStopped();
        const int result = call();
        if (result != again) return result;
        if (Clock::now() >= deadline_) {
            Error error(
                ErrorKind::Unavailable, name_ + " did not answer in time", "Check host, port and firewall");
            throw error.canRetry();
        }
        waitForNetwork();
    }
}

void Session::waitForNetwork() {
    const socket_t fd = ::ssh_get_fd(session_.get());
    if (fd == SSH_INVALID_SOCKET) return;  // the next call tells what happened
    const bool writes = (::ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING) != 0;
    pollfd entry{fd, static_cast<short>(POLLIN | (writes ? POLLOUT : 0)), 0};
    if (::poll(&entry, 1, stop_tick_ms) < 0 && errno != EINTR) {
        throw sdk::systemError("cannot wait for " + name_, errno);
    }
}

bool Session::hasInput() const {
    pollfd entry{::ssh_get_fd(session_.get()), POLLIN, 0};
    return entry.fd == SSH_INVALID_SOCKET || ::poll(&entry, 1, 0) > 0;
}

std::string Session::hostKeyFingerprint() const {
    struct FreeKey {
        void operator()(ssh_key key) const noexcept { ::ssh_key_free(key); }
    };
    struct FreeHash {
        void operator()(unsigned char* hash) const noexcept { ::ssh_clean_pubkey_hash(&hash); }
    };
    struct FreeText {
        void operator()(char* text) const noexcept { ::ssh_string_free_char(text); }
    };
    ssh_key key = nullptr;
    if (::ssh_get_server_publickey(session_.get(), &key) != SSH_OK) throw lost();
    const std::unique_ptr<ssh_key_struct, FreeKey> owned_key(key);
    unsigned char* hash = nullptr;
    std::size_t size = 0;
    if (::ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != 0) {
        throw Error(ErrorKind::Internal, "the host key of " + name_ + " has no fingerprint");
    }
    const std::unique_ptr<unsigned char, FreeHash> owned_hash(hash);
    const std::unique_ptr<char, FreeText> text(
        ::ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size));
    if (!text) throw Error(ErrorKind::Internal, "no memory for a fingerprint");
    return text.get();
}

ssh_channel Session::openSftp(sdk::RunContext& run) {
    const ssh_channel channel = ::ssh_channel_new(session_.get());
    if (channel == nullptr) throw Error(ErrorKind::Internal, "no memory for an SSH channel");
    if (finish(SSH_AGAIN, run, [&] { return ::ssh_channel_open_session(channel); }) != SSH_OK) throw lost();
    const int result =
        finish(SSH_AGAIN, run, [&] { return ::ssh_channel_request_subsystem(channel, "sftp"); });
    if (result == SSH_OK) return channel;
    if (::ssh_is_connected(session_.get()) == 0) throw lost();
    throw Error(ErrorKind::Unsupported, name_ + " offers no SFTP", "Enable its subsystem sftp for this user");
}

Error Session::lost() const {
    const char* const why = ::ssh_get_error(session_.get());
    const bool told = why != nullptr && *why != '\0';
    Error error(
        ErrorKind::Unavailable,
        "the connection with " + name_ + " is lost" + (told ? std::string(": ") + why : std::string()));
    return error.canRetry();
}

}  // namespace dbackup::sftp
