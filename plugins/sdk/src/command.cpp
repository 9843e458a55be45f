#include <utility>

#include "child.h"
#include "dbackup/sdk/subprocess.h"

namespace dbackup::sdk {

Command::Command(std::string program) : program_(std::move(program)) {}

Command& Command::arg(std::string value) {
    args_.push_back(std::move(value));
    return *this;
}

Command& Command::args(std::vector<std::string> values) {
    for (std::string& value : values) {
        args_.push_back(std::move(value));
    }
    return *this;
}

Command& Command::env(std::string name, std::string value) {
    env_.insert_or_assign(std::move(name), std::move(value));
    return *this;
}

std::string Command::secretFile(const SecretString& content) {
    secrets_.push_back(content);
    return "/proc/self/fd/" + std::to_string(first_secret_fd + static_cast<int>(secrets_.size()) - 1);
}

Command& Command::withInput() {
    input_ = true;
    return *this;
}

Command& Command::withGuardedInput() {
    guarded_ = true;
    return withInput();
}

}  // namespace dbackup::sdk
