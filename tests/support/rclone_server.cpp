#include "tests/support/rclone_server.h"

#include <chrono>
#include <random>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <dbackup/sdk/unique_fd.h>

namespace dbackup::test {

namespace {

constexpr const char* program = "/usr/bin/rclone";
constexpr int attempts = 20;
constexpr auto ready_time = std::chrono::seconds(20);

bool listens(int port) {
    const sdk::UniqueFd connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

}  // namespace

RcloneServer::RcloneServer() {
    std::filesystem::create_directories(folder());
    std::random_device random;
    for (int i = 0; i < attempts; ++i) {
        port_ = static_cast<int>(20000 + random() % 12000);  // below those that the kernel gives to clients
        if (!listens(port_) && start()) return;
    }
    throw std::runtime_error("rclone serve did not start: " + process_->errorText());
}

bool RcloneServer::start() {
    sdk::Command command(program);
    command.args({"serve", "webdav", folder().string(), "--addr", "127.0.0.1:" + std::to_string(port_)});
    command.args({"--user", "mail", "--pass", "secret-word"});
    command.args({"--config", (folder_ / "none.conf").string()});
    process_ = std::make_unique<sdk::Subprocess>(command, run_);
    for (const auto end = std::chrono::steady_clock::now() + ready_time;
         std::chrono::steady_clock::now() < end;) {
        if (listens(port_)) return true;
        if (!std::filesystem::exists("/proc/" + std::to_string(process_->pid()) + "/exe")) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

std::string RcloneServer::configFor(int port, const std::string& password) {
    return "[dav]\ntype = webdav\nvendor = other\nurl = http://127.0.0.1:" + std::to_string(port) +
           "\nuser = mail\npass = " + obscured(password) + "\n";
}

std::string obscured(const std::string& password) {
    RecordingRun run;
    sdk::Command command(program);
    std::string text = sdk::runTool(command.args({"obscure", password}), run, ready_time);
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

}  // namespace dbackup::test
