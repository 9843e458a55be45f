#include "tests/support/loopback.h"

#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/unique_fd.h>

#include "tests/support/recording_run.h"

namespace dbackup::test {

namespace fs = std::filesystem;

int somePort() {
    std::random_device random;
    return static_cast<int>(20000 + random() % 12000);
}

bool isListening(int port) {
    const sdk::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket.get(), static_cast<sockaddr*>(static_cast<void*>(&address)), sizeof address) == 0;
}

bool isAlive(int pid) {
    return fs::exists("/proc/" + std::to_string(pid) + "/exe");
}

void killTree(int pid) {
    ::kill(pid, SIGSTOP);  // starts no more
    std::vector<int> children;
    std::error_code gone;
    for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
        std::ifstream list(task.path() / "children");
        for (int child = 0; list >> child;)
            children.push_back(child);
    }
    for (const int child : children)
        killTree(child);
    ::kill(pid, SIGKILL);
}

void giveTo(const std::string& user, const fs::path& path) {
    const passwd* entry =
        ::getpwnam(user.c_str());  // NOLINT(concurrency-mt-unsafe): tests call it from one thread
    if (!entry) throw std::runtime_error("there is no user " + user);
    if (::chown(path.c_str(), entry->pw_uid, entry->pw_gid) != 0)
        throw sdk::systemError("cannot give away " + path.string(), errno);
}

void makeCertificate(const fs::path& key, const fs::path& certificate, const std::string& name) {
    RecordingRun run;
    sdk::Command openssl("/usr/bin/openssl");
    openssl.args({"req",
                  "-x509",
                  "-newkey",
                  "rsa:2048",
                  "-nodes",
                  "-days",
                  "2",
                  "-subj",
                  "/CN=dbackup-test",
                  "-addext",
                  "subjectAltName=" + name,
                  "-keyout",
                  key.string(),
                  "-out",
                  certificate.string()});
    sdk::runTool(openssl, run, std::chrono::seconds(60));
    for (const fs::path& file : {key, certificate})
        fs::permissions(file, fs::perms(0644));
}

}  // namespace dbackup::test
