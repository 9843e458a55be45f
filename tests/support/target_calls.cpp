#include "tests/support/target_calls.h"

#include <algorithm>
#include <stdexcept>

#include <catch2/catch.hpp>

namespace dbackup::test {

void put(sdk::StorageTarget& target,
         const std::string& name,
         const std::string& bytes,
         sdk::RunContext& run,
         sdk::IfExists if_exists) {
    const auto writer = target.create({name, bytes.size(), if_exists}, run);
    writer->write(std::as_bytes(std::span(bytes)));
    writer->commit();
}

std::string get(sdk::StorageTarget& target,
                const std::string& name,
                sdk::RunContext& run,
                sdk::ByteRange range) {
    const auto reader = target.open(name, range, run);
    std::string text;
    std::vector<char> buffer(100003);
    while (const std::size_t count = reader->read(std::as_writable_bytes(std::span(buffer)))) {
        text.append(buffer.data(), count);
    }
    return text;
}

std::vector<std::string> listed(sdk::StorageTarget& target, const std::string& prefix, sdk::RunContext& run) {
    std::vector<std::string> names;
    target.list(
        prefix,
        [&](const sdk::ObjectInfo& info) {
            names.push_back(info.name);
            return true;
        },
        run);
    std::sort(names.begin(), names.end());
    return names;
}

sdk::Error errorOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const sdk::Error& error) {
        return error;
    }
    FAIL("there was no error");
    throw std::logic_error("unreachable");
}

std::string jsonQuoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char each : text) {
        if (each == '\n') {
            quoted += "\\n";
            continue;
        }
        if (each == '"' || each == '\\') quoted += '\\';
        quoted += each;
    }
    return quoted + '"';
}

}  // namespace dbackup::test
