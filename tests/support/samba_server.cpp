#include "tests/support/samba_server.h"

#include <array>
#include <chrono>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include <pwd.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>

namespace dbackup::test {

namespace {

constexpr int attempts = 20;
constexpr auto ready_time = std::chrono::seconds(20);

/// The Unix user's number; nothing when there is none.
std::optional<passwd> unixUser() {
    passwd entry{};
    passwd* found = nullptr;
    static thread_local std::array<char, 4096> buffer{};
    getpwnam_r(SambaServer::user().c_str(), &entry, buffer.data(), buffer.size(), &found);
    return found == nullptr ? std::nullopt : std::optional(entry);
}

}  // namespace

SambaServer::SambaServer(std::string configuration) : configuration_(std::move(configuration)) {
    makeUser();
    for (const char* each : {"share", "private", "lock", "state", "cache", "pid", "ncalrpc"}) {
        std::filesystem::create_directory(folder_ / each);
    }
    const auto user = unixUser();
    // The user must get through our private folder to the share.
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0711));
    if (!user || chown(inFolder("share").c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::runtime_error("cannot give the share to the user " + SambaServer::user());
    }
    std::random_device random;
    for (int i = 0; i < attempts; ++i) {
        port_ = static_cast<int>(20000 + random() % 12000);  // below those that the kernel gives to clients
        configure();
        if (start()) return;
    }
    throw std::runtime_error("smbd did not start: " + process_->errorText());
}

void SambaServer::makeUser() const {
    if (unixUser()) return;
    RecordingRun run;
    sdk::Command command("/usr/sbin/useradd");
    try {
        sdk::runTool(command.args({"-M", "-s", "/usr/sbin/nologin", user()}), run, ready_time);
    } catch (const sdk::Error&) {
        if (!unixUser()) throw;  // another test was quicker
    }
}

void SambaServer::configure() const {
    std::ofstream file(inFolder("smb.conf"));
    file << "[global]\nworkgroup = TEST\nserver role = standalone server\nsmb ports = " << port_
         << "\ninterfaces = 127.0.0.1/8\nbind interfaces only = yes\ndisable netbios = yes\nload printers = "
            "no\n"
         << "printing = bsd\nprintcap name = /dev/null\nmap to guest = never\nserver min protocol = SMB2\n"
         << "passdb backend = tdbsam:" << inFolder("private/passdb.tdb")
         << "\nprivate dir = " << inFolder("private") << "\nlock directory = " << inFolder("lock")
         << "\nstate directory = " << inFolder("state") << "\ncache directory = " << inFolder("cache")
         << "\npid directory = " << inFolder("pid") << "\nncalrpc dir = " << inFolder("ncalrpc")
         << "\nlog file = " << inFolder("log") << "\n"
         << configuration_ << "\n[bk]\npath = " << inFolder("share")
         << "\nread only = no\nvalid users = " << user() << "\n[readonly]\npath = " << inFolder("share")
         << "\nread only = yes\nvalid users = " << user() << "\n";
    file.close();
    RecordingRun run;
    sdk::Command command("/usr/bin/smbpasswd");
    command.args({"-c", inFolder("smb.conf"), "-s", "-a", user()}).withInput();
    sdk::Subprocess account(command, run);
    const std::string twice = password() + "\n" + password() + "\n";
    account.writeInput(std::as_bytes(std::span(twice)));
    account.closeInput();
    account.readAll();
    account.waitOk();
}

bool SambaServer::start() {
    sdk::Command command("/usr/sbin/smbd");
    command.args(
        {"--foreground", "--no-process-group", "--configfile", inFolder("smb.conf"), "--debuglevel=1"});
    process_ = std::make_unique<sdk::Subprocess>(command, run_);
    sdk::Command look("/usr/bin/smbclient");
    look.args(
        {"//127.0.0.1/bk", "--quiet", "--port", std::to_string(port_), "--configfile", inFolder("smb.conf")});
    look.args({"--authentication-file",
               look.secretFile(sdk::SecretString("username=" + user() + "\npassword=" + password() + "\n"))});
    look.args({"--command", "ls"});
    for (const auto end = std::chrono::steady_clock::now() + ready_time;
         std::chrono::steady_clock::now() < end;) {
        try {
            sdk::runTool(look, run_, ready_time);
            return std::filesystem::exists("/proc/" + std::to_string(process_->pid()) + "/exe");
        } catch (const sdk::Error&) {
            if (!std::filesystem::exists("/proc/" + std::to_string(process_->pid()) + "/exe")) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    return false;
}

void SambaServer::kill() {
    process_->kill();
    (void)process_->wait();
}

void SambaServer::restart() {
    if (!start()) throw std::runtime_error("smbd did not start again: " + process_->errorText());
}

std::string SambaServer::settingsText(const std::string& more, const std::string& share) const {
    return R"({"address":"//127.0.0.1/)" + share + R"(","port":)" + std::to_string(port_) +
           R"(,"username":")" + user() + R"(","password":")" + password() + "\"" + more + "}";
}

}  // namespace dbackup::test
