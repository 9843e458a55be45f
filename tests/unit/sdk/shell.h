#pragma once

#include <chrono>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>

#include <dbackup/sdk/subprocess.h>

namespace dbackup::test {

/// A child that does what the script says.
inline sdk::Command shell(const std::string& script) {
    return sdk::Command("/bin/sh").args({"-c", script});
}

inline std::string contentsOf(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// True as soon as the condition holds, false when it does not within ten seconds.
inline bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

/// Is there no such process, or only what its parent has not collected yet?
inline bool isGone(const std::string& pid) {
    const std::string stat = contentsOf("/proc/" + pid + "/stat");
    const auto name_end = stat.rfind(')');
    return name_end == std::string::npos || stat.substr(name_end + 2, 1) == "Z";
}

/// Reads up to the end of a line.
inline std::string readLine(sdk::Subprocess& child) {
    std::string line;
    std::byte byte{};
    while (child.read(std::span(&byte, 1)) == 1 && byte != std::byte{'\n'}) {
        line += static_cast<char>(byte);
    }
    return line;
}

/// The kind of the Error that the call throws; None when it throws nothing.
inline sdk::ErrorKind kindThrownBy(const std::function<void()>& call) {
    try {
        call();
    } catch (const sdk::Error& error) {
        return error.kind();
    }
    return sdk::ErrorKind::None;
}

/// The text of the Error that the call throws; empty when it throws nothing.
inline std::string textThrownBy(const std::function<void()>& call) {
    try {
        call();
    } catch (const sdk::Error& error) {
        return error.text();
    }
    return {};
}

}  // namespace dbackup::test
