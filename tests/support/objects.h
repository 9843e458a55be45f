#pragma once

#include <algorithm>
#include <future>
#include <latch>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/target.h>

namespace dbackup::test {

/// Writes a whole object to a target.
inline sdk::ObjectInfo putObject(sdk::StorageTarget& target,
                                 const std::string& name,
                                 const std::string& content,
                                 sdk::RunContext& run,
                                 sdk::IfExists if_exists = sdk::IfExists::Fail) {
    constexpr std::size_t block = 1U << 20;
    const auto writer = target.create({name, content.size(), if_exists}, run);
    const auto bytes = std::as_bytes(std::span(content));
    for (std::size_t at = 0; at < bytes.size(); at += block)
        writer->write(bytes.subspan(at, std::min(block, bytes.size() - at)));
    return writer->commit();
}

/// How many of two writers that end at one moment are told that they have the name. Each has a thread from
/// its begin on: the tools that some targets start end with the thread that started them.
inline int winnersOf(sdk::StorageTarget& target, const std::string& name, sdk::RunContext& run) {
    std::latch both_written(2);
    const auto written = [&] {
        auto writer = target.create({name, 4, sdk::IfExists::Fail}, run);
        writer->write(std::as_bytes(std::span("data", 4)));
        return writer;
    };
    const auto attempt = [&] {
        std::unique_ptr<sdk::ObjectWriter> writer;
        try {
            writer = written();
        } catch (...) {
            both_written.count_down();  // the other one must not wait for ever
            throw;
        }
        both_written.arrive_and_wait();
        try {
            writer->commit();
            return 1;
        } catch (const sdk::Error& error) {
            if (error.kind() != sdk::ErrorKind::AlreadyExists) throw;
            return 0;
        }
    };
    auto other = std::async(std::launch::async, attempt);
    const int wins = attempt();
    return wins + other.get();
}

/// Reads an object, or a part of it, to its end.
inline std::string getObject(sdk::StorageTarget& target,
                             const std::string& name,
                             sdk::RunContext& run,
                             sdk::ByteRange range = {}) {
    const auto reader = target.open(name, range, run);
    std::string content;
    std::string buffer(100'003, '\0');
    while (const std::size_t got = reader->read(std::as_writable_bytes(std::span(buffer))))
        content.append(buffer, 0, got);
    return content;
}

/// The names of what a target lists, sorted.
inline std::vector<std::string> listObjects(sdk::StorageTarget& target,
                                            const std::string& prefix,
                                            sdk::RunContext& run) {
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

/// Bytes that differ everywhere, the same for the same size.
inline std::string bytesOf(std::size_t size) {
    std::string text(size, '\0');
    std::uint64_t state = size + 1;
    for (char& each : text) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        each = static_cast<char>(state >> 56U);
    }
    return text;
}

/// The error that a call ends with; of kind None when it ends without one.
template <class Call>
sdk::Error errorFrom(const Call& call) {
    try {
        call();
    } catch (const sdk::Error& error) {
        return error;
    }
    return {sdk::ErrorKind::None, "no error"};
}

}  // namespace dbackup::test
