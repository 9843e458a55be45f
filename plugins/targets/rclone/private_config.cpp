#include "private_config.h"

#include <cerrno>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unique_fd.h>

#include "objects/object_name.h"
#include "rclone_settings.h"

namespace dbackup::rclone {

namespace {

constexpr mode_t private_folder = 0700;
constexpr mode_t private_file = 0600;

}  // namespace

PrivateConfig::PrivateConfig(ConfigText& text, sdk::RunContext& run)
    : text_(text), run_(run), folder_(run.scratch() / ("rclone-" + objects::randomDigits())) {
    const sdk::SecretString config = text_.get();
    for (const sdk::SecretString& secret : secretsIn(config))
        run.mask(secret);
    const std::string& content = config.reveal();
    bool written = mkdir(folder_.c_str(), private_folder) == 0;
    const sdk::UniqueFd file(::open(path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, private_file));
    written = written && file &&
              ::write(file.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size());
    if (!written) {
        const int reason = errno;
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
        throw sdk::systemError("cannot hand rclone its configuration in " + folder_.string(), reason);
    }
}

PrivateConfig::~PrivateConfig() {
    try {
        keepChanges();
        std::filesystem::remove_all(folder_);
    } catch (const std::exception& error) {
        run_.log(sdk::LogLevel::Warning,
                 std::string("Could not take back rclone's configuration: ") + error.what());
    }
}

void PrivateConfig::keepChanges() {
    std::ifstream file(path(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(file), {});
    if (!content.empty() && content != text_.get().reveal()) text_.set(sdk::SecretString(content));
}

}  // namespace dbackup::rclone
