#include "core/contract/check_run.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <dbackup/sdk/error.h>

#include "core/contract/suite.h"

namespace dbackup::contract {

namespace {

std::filesystem::path newFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "dbackup-check-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw sdk::systemError("cannot make " + name, errno);
    return name;
}

}  // namespace

CheckRun::CheckRun(std::string tool_path, std::vector<std::string> secrets)
    : tool_path_(std::move(tool_path)), secrets_(std::move(secrets)), scratch_(newFolder()) {
    std::erase_if(secrets_, [](const std::string& secret) { return secret.size() < shortest_secret; });
}

CheckRun::~CheckRun() {
    std::error_code reported_by_nobody;  // a temporary folder
    std::filesystem::remove_all(scratch_, reported_by_nobody);
}

void CheckRun::log(sdk::LogLevel level, std::string_view message, std::string_view details) {
    const std::lock_guard lock(mutex_);
    if (level >= sdk::LogLevel::Warning) warnings_.append(message).append("\n");
    if (tells(message) || tells(details)) told_ = message;
}

void CheckRun::estimate(std::uint64_t /*bytes*/) {}

void CheckRun::leftover(std::string_view token) {
    const std::lock_guard lock(mutex_);
    leftovers_.emplace(token);
}

void CheckRun::leftoverGone(std::string_view token) {
    const std::lock_guard lock(mutex_);
    leftovers_.erase(std::string(token));
}

void CheckRun::mask(const sdk::SecretString& /*secret*/) {}

std::string CheckRun::warnings() const {
    const std::lock_guard lock(mutex_);
    return warnings_;
}

std::set<std::string> CheckRun::leftovers() const {
    const std::lock_guard lock(mutex_);
    return leftovers_;
}

bool CheckRun::tells(std::string_view text) const {
    return std::any_of(secrets_.begin(), secrets_.end(), [&](const std::string& secret) {
        return text.find(secret) != std::string_view::npos;
    });
}

void CheckRun::requireClean() const {
    const std::lock_guard lock(mutex_);
    require(told_.empty(), "a log entry holds a secret");
    require(leftovers_.empty(), "it announced a leftover and did not withdraw it");
    require(std::filesystem::is_empty(scratch_), "it left files in the scratch folder");
}

}  // namespace dbackup::contract
