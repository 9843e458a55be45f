#include "tests/support/radosgw_server.h"

#include <chrono>
#include <cstdio>
#include <sstream>

#include <dbackup/sdk/subprocess.h>

namespace dbackup::test {

RadosgwServer::RadosgwServer(std::uint64_t disk_bytes) : disk_bytes_(disk_bytes) {
    script("start");
    std::istringstream words(script("env"));
    std::string word;
    while (words >> word) {
        const std::size_t at = word.find('=');
        if (at != std::string::npos) environment_[word.substr(0, at)] = word.substr(at + 1);
    }
}

RadosgwServer::~RadosgwServer() {
    try {
        script("stop");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the test's S3 server was not stopped: %s\n", error.what());
    }
}

RadosgwServer& RadosgwServer::shared() {
    static RadosgwServer server;
    return server;
}

std::string RadosgwServer::port() const {
    const std::string& endpoint = value("S3_ENDPOINT");
    return endpoint.substr(endpoint.rfind(':') + 1);
}

std::string RadosgwServer::script(const std::string& command) {
    sdk::Command script(DBACKUP_SOURCE_DIR "/tests/support/servers/radosgw.sh");
    script.arg(command).env("SERVERS_ROOT", (folder_ / "servers").string());
    script.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    if (disk_bytes_ > 0) script.env("DISK_BYTES", std::to_string(disk_bytes_));
    return sdk::runTool(script, run_, std::chrono::seconds(240));
}

}  // namespace dbackup::test
