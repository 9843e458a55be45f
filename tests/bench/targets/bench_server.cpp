// Keeps a real server for a benchmark until its input ends; called by lib.sh.
// usage: bench_server ssh|webdav|samba|rclone FOLDER [DELAY_MS]
// Writes what a target needs to FOLDER/settings.json and prints, in one line, what a script needs, as
// assignments of the shell; `home` is the folder that the server serves. Of ssh there is a second way, with a
// delay in each direction: `far_port`, FOLDER/far.json.

#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/support/delay_proxy.h"
#include "tests/support/rclone_server.h"
#include "tests/support/samba_server.h"
#include "tests/support/ssh_server.h"
#include "tests/support/web_dav_server.h"

using namespace dbackup;

namespace {

void serveUntilTheEnd(const std::string& assignments) {
    std::cout << assignments << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
    }
}

void serveSsh(const std::filesystem::path& folder, std::chrono::milliseconds delay) {
    test::SshServer server;
    const test::DelayProxy wire(server.port(), delay);
    const std::string pinned = R"(,"hostKeyFingerprint":)" + test::jsonText(server.hostKeyFingerprint());
    std::ofstream(folder / "settings.json") << server.settingsText(pinned);
    std::ofstream(folder / "far.json")
        << server.settingsText(pinned + R"(,"port":)" + std::to_string(wire.port()));
    std::filesystem::copy_file(server.keyFile("ed25519"), folder / "key");
    std::filesystem::permissions(folder / "key", std::filesystem::perms(0600));
    serveUntilTheEnd("user=" + server.user() + " port=" + std::to_string(server.port()) +
                     " far_port=" + std::to_string(wire.port()) + " home=" + server.home().string());
}

void serveWebDav(const std::filesystem::path& folder) {
    const test::WebDavServer server;
    std::ofstream(folder / "settings.json")
        << R"({"url":")" + server.url() + R"(/","username":"dav","password":"secret"})";
    serveUntilTheEnd("url=" + server.url() + " user=dav password=secret home=" + server.root().string());
}

void serveSamba(const std::filesystem::path& folder) {
    const test::SambaServer server;
    std::ofstream(folder / "settings.json") << server.settingsText();
    serveUntilTheEnd("port=" + std::to_string(server.port()) + " user=" + test::SambaServer::user() +
                     " password=" + test::SambaServer::password() + " home=" + server.folder().string());
}

void serveRclone(const std::filesystem::path& folder) {
    const test::RcloneServer server;
    std::ofstream(folder / "rclone.conf") << server.config();
    std::ofstream(folder / "settings.json")
        << R"({"remote":"dav:","config":)" + test::jsonText(server.config()) + "}";
    serveUntilTheEnd("config=" + (folder / "rclone.conf").string() + " home=" + server.folder().string());
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv, argv + argc);
    if (words.size() < 3) return 2;
    const std::string& kind = words[1];
    try {
        if (kind == "ssh")
            serveSsh(words[2], std::chrono::milliseconds(words.size() > 3 ? std::stoi(words[3]) : 0));
        else if (kind == "webdav")
            serveWebDav(words[2]);
        else if (kind == "samba")
            serveSamba(words[2]);
        else if (kind == "rclone")
            serveRclone(words[2]);
        else
            throw std::invalid_argument("there is no server \"" + kind + "\"");
    } catch (const std::exception& error) {
        std::cerr << "bench_server: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
