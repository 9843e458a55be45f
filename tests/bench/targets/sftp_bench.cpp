// Moves one object by the SFTP target, or keeps a server for that; called by sftp.sh.
// usage: sftp_bench serve FOLDER DELAY_MS     prints settings and waits for the end of its input
//        sftp_bench put SETTINGS FILE NAME    sftp_bench get SETTINGS FILE NAME
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "sftp_target.h"
#include "tests/support/delay_proxy.h"
#include "tests/support/recording_run.h"
#include "tests/support/ssh_server.h"

using namespace dbackup;

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

std::string contentOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void serve(const std::string& folder, int delay_ms) {
    test::SshServer server;
    const test::DelayProxy wire(server.port(), std::chrono::milliseconds(delay_ms));
    const std::string pinned = R"(,"hostKeyFingerprint":)" + test::jsonText(server.hostKeyFingerprint());
    std::ofstream(folder + "/near.json") << server.settingsText(pinned);
    std::ofstream(folder + "/far.json")
        << server.settingsText(pinned + R"(,"port":)" + std::to_string(wire.port()));
    std::filesystem::copy_file(server.keyFile("ed25519"), folder + "/key");
    std::cout << server.user() << ' ' << server.port() << ' ' << wire.port() << ' ' << server.home().string()
              << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
    }
}

void put(sftp::SftpTarget& target, const std::string& path, const std::string& name) {
    test::RecordingRun run;
    std::ifstream file(path, std::ios::binary);
    const auto writer = target.create({name, std::filesystem::file_size(path), sdk::IfExists::Fail}, run);
    std::vector<char> block(block_bytes);
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0)
        writer->write(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(file.gcount()))));
    writer->commit();
}

void get(sftp::SftpTarget& target, const std::string& path, const std::string& name) {
    test::RecordingRun run;
    std::ofstream file(path, std::ios::binary);
    const auto reader = target.open(name, {}, run);
    std::vector<char> block(block_bytes);
    while (const std::size_t count = reader->read(std::as_writable_bytes(std::span(block))))
        file.write(block.data(), static_cast<std::streamsize>(count));
}

}  // namespace

int main(int count, char** values) {
    const std::vector<std::string> words(values, values + count);
    if (words.size() == 4 && words[1] == "serve") {
        serve(words[2], std::stoi(words[3]));
        return 0;
    }
    if (words.size() != 5) return 2;
    try {
        sftp::SftpTarget target(sdk::Settings(contentOf(words[2])));
        (words[1] == "put" ? put : get)(target, words[3], words[4]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
