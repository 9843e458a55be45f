#include "tests/support/ssh_server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unique_fd.h>

namespace dbackup::test {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int attempts = 20;
constexpr auto ready_time = std::chrono::seconds(20);
constexpr auto tool_time = std::chrono::seconds(60);
constexpr const char* unix_user = "dbackupsftp";
constexpr const char* passphrase = "keypass";
/// crypt(3) of "secret".
constexpr const char* password_hash =
    "$6$dbackuptests$YUXWOcm/vl6FV4kjPkPzDO8pIPhjWX7R0VXEmLzaqoiNCC69B.K4BINHW3F0UHLRjJF4En1TZDXt9gt8bG9ZL/";

int somePort() {
    std::random_device random;
    return static_cast<int>(20000 + random() % 12000);  // below those that the kernel gives to clients
}

std::string contentOf(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool hasUser() {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> buffer{};
    return getpwnam_r(unix_user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr;
}

/// Does a server greet there?
bool greets(int port) {
    const sdk::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), static_cast<sockaddr*>(static_cast<void*>(&address)), sizeof address) != 0) {
        return false;
    }
    std::array<char, 4> greeting{};
    return ::recv(socket.get(), greeting.data(), greeting.size(), MSG_WAITALL) == 4;
}

/// All processes that this one has started, and those that they have.
std::vector<int> descendantsOf(int process) {
    std::vector<int> found;
    const fs::path tasks = "/proc/" + std::to_string(process) + "/task";
    std::error_code gone;
    for (const auto& task : fs::directory_iterator(tasks, gone)) {
        std::istringstream children(contentOf(task.path() / "children"));
        for (int child = 0; children >> child;) {
            found.push_back(child);
            const std::vector<int> more = descendantsOf(child);
            found.insert(found.end(), more.begin(), more.end());
        }
    }
    return found;
}

/// Is it there, and more than a zombie? One that still ends may have its connections open.
bool isRunning(int process) {
    const std::string stat = contentOf("/proc/" + std::to_string(process) + "/stat");
    const std::size_t name_end = stat.rfind(") ");
    return name_end != std::string::npos && stat[name_end + 2] != 'Z';
}

/// Returns when they have ended.
void killAll(const std::vector<int>& processes) {
    for (const int each : processes)
        ::kill(each, SIGKILL);
    const auto end = Clock::now() + ready_time;
    for (const int each : processes) {
        while (isRunning(each) && Clock::now() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

}  // namespace

SshServer::SshServer(std::string configuration, std::string sftp_options)
    : configuration_(std::move(configuration)), sftp_options_(std::move(sftp_options)) {
    fs::permissions(folder_.path(), fs::perms(0711));  // sessions run as the user
    if (takesPasswords()) makeUser();
    fs::create_directory(home());
    giveToUser(home());
    std::ofstream(folder_ / "authorized_keys").flush();
    makeHostKey();
    for (int i = 0; i < attempts; ++i) {
        port_ = somePort();
        if (start()) return;
    }
    throw std::runtime_error("sshd did not start: " + log());
}

SshServer::~SshServer() {
    try {
        if (process_) kill();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the test's SSH server was not stopped: %s\n", error.what());
    }
}

bool SshServer::takesPasswords() {
    return ::geteuid() == 0;
}

std::string SshServer::user() const {
    if (takesPasswords()) return unix_user;
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> buffer{};
    getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr ? found->pw_name : "";
}

void SshServer::makeUser() {
    // Other tests may be about it, too.
    std::ofstream(fs::temp_directory_path() / "dbackup-test-user.lock").flush();
    const sdk::UniqueFd lock(
        ::open((fs::temp_directory_path() / "dbackup-test-user.lock").c_str(), O_RDWR | O_CLOEXEC));
    if (!lock || ::flock(lock.get(), LOCK_EX) != 0)
        throw std::runtime_error("cannot lock the making of users");
    if (!hasUser()) {
        run("/usr/sbin/useradd",
            {"--no-create-home",
             "--home-dir",
             "/tmp",
             "--shell",
             "/bin/sh",
             "--password",
             password_hash,
             unix_user});
    }
}

void SshServer::giveToUser(const fs::path& path) const {
    if (!takesPasswords()) return;
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 4096> buffer{};
    getpwnam_r(unix_user, &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) throw std::runtime_error("there is no user " + std::string(unix_user));
    const auto give = [&](const fs::path& each) {
        if (::lchown(each.c_str(), found->pw_uid, found->pw_gid) != 0) {
            throw std::runtime_error("cannot give " + each.string() + " to the user");
        }
    };
    give(path);
    if (!fs::is_directory(fs::symlink_status(path))) return;
    for (const auto& each : fs::recursive_directory_iterator(path))
        give(each.path());
}

std::string SshServer::run(const std::string& program, std::vector<std::string> arguments) {
    sdk::Command command(program);
    command.args(std::move(arguments));
    return sdk::runTool(command, run_, tool_time);
}

fs::path SshServer::keyFile(const std::string& kind) {
    fs::path file = folder_ / ("key-" + kind);
    if (fs::exists(file)) return file;
    const bool is_rsa = kind.starts_with("rsa");
    const bool is_secret = kind.ends_with("-passphrase");
    std::vector<std::string> arguments{
        "-q", "-N", is_secret ? passphrase : "", "-f", file.string(), "-C", kind};
    // An RSA key of 3072 bits takes long to make, which tests nothing.
    const std::vector<std::string> type = is_rsa ? std::vector<std::string>{"-t", "rsa", "-b", "2048"}
                                                 : std::vector<std::string>{"-t", "ed25519"};
    arguments.insert(arguments.end(), type.begin(), type.end());
    run("/usr/bin/ssh-keygen", arguments);
    std::ofstream(folder_ / "authorized_keys", std::ios::app) << contentOf(file.string() + ".pub");
    return file;
}

std::string SshServer::keyText(const std::string& kind) {
    return contentOf(keyFile(kind));
}

void SshServer::makeHostKey() {
    for (const char* name : {"hostkey", "hostkey.pub"})
        fs::remove(folder_ / name);
    run("/usr/bin/ssh-keygen",
        {"-q", "-t", "ed25519", "-N", "", "-f", (folder_ / "hostkey").string(), "-C", "host"});
}

std::string SshServer::hostKeyFingerprint() {
    std::istringstream words(run("/usr/bin/ssh-keygen", {"-l", "-f", (folder_ / "hostkey.pub").string()}));
    std::string bits;
    std::string fingerprint;
    words >> bits >> fingerprint;
    return fingerprint;
}

std::string SshServer::knownHostsLine() const {
    return "[127.0.0.1]:" + std::to_string(port_) + " " + contentOf(folder_ / "hostkey.pub");
}

void SshServer::changeHostKey() {
    kill();
    makeHostKey();
    restart();
}

void SshServer::writeConfiguration() const {
    // The user's shell runs sftp-server, whose log would otherwise go to the system's.
    const std::string subsystem = "\nSubsystem sftp /usr/lib/openssh/sftp-server -e -l VERBOSE " +
                                  sftp_options_ + " 2>>" + (folder_ / "home.log").string();
    const bool has_own = configuration_.find("Subsystem sftp") != std::string::npos;
    std::ofstream(folder_ / "sshd_config")
        << configuration_ << "\nPort " << port_ << "\nListenAddress 127.0.0.1\nHostKey "
        << (folder_ / "hostkey").string() << "\nPidFile none\nAuthorizedKeysFile "
        << (folder_ / "authorized_keys").string() << "\nStrictModes no\nUsePAM no\nPasswordAuthentication "
        << (takesPasswords() ? "yes" : "no")
        << "\nKbdInteractiveAuthentication no\nPermitRootLogin no\nAllowUsers " << user()
        << (has_own ? "" : subsystem) << "\nMaxStartups 100:30:200\nLogLevel VERBOSE\n";
}

bool SshServer::start() {
    if (takesPasswords())
        fs::create_directories("/run/sshd");  // sshd's own empty folder, else made by its unit
    writeConfiguration();
    std::ofstream(folder_ / "home.log", std::ios::app).flush();
    giveToUser(folder_ / "home.log");
    sdk::Command command("/usr/sbin/sshd");  // it starts itself again, by this path
    command.args({"-D", "-f", (folder_ / "sshd_config").string(), "-E", (folder_ / "sshd.log").string()});
    process_ = std::make_unique<sdk::Subprocess>(command, run_);
    const std::string ready = "Server listening on 127.0.0.1 port " + std::to_string(port_);
    const std::size_t old_bytes = log_bytes_;
    for (const auto end = Clock::now() + ready_time; Clock::now() < end;) {
        const std::string text = contentOf(folder_ / "sshd.log").substr(old_bytes);
        if (text.find(ready) != std::string::npos && greets(port_)) {
            log_bytes_ = old_bytes + text.size();
            return true;
        }
        if (!fs::exists("/proc/" + std::to_string(process_->pid()) + "/exe")) break;  // the port is taken
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    (void)process_->wait();
    process_.reset();
    return false;
}

void SshServer::restart() {
    if (process_) kill();
    for (int i = 0; i < attempts; ++i) {
        if (start()) return;
    }
    throw std::runtime_error("sshd did not start again: " + log());
}

void SshServer::dropSessions() {
    killAll(descendantsOf(process_->pid()));
}

void SshServer::kill() {
    const std::vector<int> sessions = descendantsOf(process_->pid());
    process_->kill();
    killAll(sessions);
    (void)process_->wait();
    process_.reset();
}

std::string SshServer::log() const {
    return contentOf(folder_ / "sshd.log") + contentOf(folder_ / "home.log");
}

std::string SshServer::settingsText(const std::string& more) {
    std::string text = "{\"host\":\"127.0.0.1\",\"port\":" + std::to_string(port_) +
                       ",\"username\":" + jsonText(user()) + ",\"pathPrefix\":" + jsonText(home().string());
    if (more.find("\"authType\"") == std::string::npos) {
        text += R"(,"authType":"privateKey","privateKey":)" + jsonText(keyText("ed25519"));
    }
    return text + more + "}";
}

sdk::Settings SshServer::settings(const std::string& more) {
    return sdk::Settings(settingsText(more));
}

SshAgent::SshAgent(const fs::path& key_file) {
    sdk::Command agent("/usr/bin/ssh-agent");
    agent.args({"-D", "-a", socket()});
    process_ = std::make_unique<sdk::Subprocess>(agent, run_);
    const auto end = Clock::now() + ready_time;
    while (!fs::exists(socket())) {
        if (Clock::now() > end) throw std::runtime_error("ssh-agent did not start: " + process_->errorText());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    sdk::Command add("/usr/bin/ssh-add");
    add.args({"-q", key_file.string()}).env("SSH_AUTH_SOCK", socket());
    sdk::runTool(add, run_, tool_time);
}

SshAgent::~SshAgent() {
    process_->kill();
    (void)process_->wait();
}

std::string jsonText(const std::string& text) {
    std::string quoted = "\"";
    for (const char each : text) {
        switch (each) {
            case '\n':
                quoted += "\\n";
                break;
            case '"':
            case '\\':
                quoted += '\\';
                [[fallthrough]];
            default:
                quoted += each;
        }
    }
    return quoted + "\"";
}

}  // namespace dbackup::test
