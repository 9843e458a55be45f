#include "tests/integration/rclone/fixture.h"

namespace dbackup::test {

sdk::Settings rcloneSettings(const std::string& remote, const std::string& config, const std::string& more) {
    return sdk::Settings(R"({"remote":)" + jsonQuoted(remote) + R"(,"config":)" + jsonQuoted(config) + more +
                         "}");
}

std::string folderConfig(const std::filesystem::path& folder) {
    return "[folder]\ntype = alias\nremote = " + folder.string() + "\n";
}

}  // namespace dbackup::test
