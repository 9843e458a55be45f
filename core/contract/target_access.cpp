#include <algorithm>
#include <random>
#include <span>

#include <dbackup/sdk/target_extensions.h>

#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

constexpr std::size_t odd_block = 100003;

std::string newPrefix() {
    std::random_device random;
    std::string prefix = "dbackup-check-";
    for (int i = 0; i < 8; ++i)
        prefix += "0123456789abcdef"[random() % 16];
    return prefix + "/";
}

void removeAll(sdk::StorageTarget& target, const std::vector<std::string>& names, sdk::RunContext& run) {
    if (auto* const batch = static_cast<sdk::BatchRemove*>(target.extension(sdk::BatchRemove::id))) {
        batch->removeAll(names, run);
        return;
    }
    for (const std::string& name : names) {
        target.remove(name, run);
    }
}

}  // namespace

TestPrefix::TestPrefix(const Subject& subject) : subject_(subject), prefix_(newPrefix()) {}

TestPrefix::~TestPrefix() {
    const auto run = subject_.run();
    try {
        const auto target = subject_.target();
        removeAll(*target, listed(*target, prefix_, *run), *run);
    } catch (const std::exception& error) {
        run->log(sdk::LogLevel::Warning, error.what());  // the next check meets the same trouble and tells it
    }
}

std::string patternOf(std::size_t size) {
    std::string text(size, '\0');
    std::uint64_t state = size + 1;
    for (char& each : text) {
        state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX generator
        each = static_cast<char>(state >> 56U);
    }
    return text;
}

sdk::ObjectInfo put(sdk::StorageTarget& target,
                    const std::string& name,
                    const std::string& bytes,
                    sdk::RunContext& run,
                    sdk::IfExists if_exists) {
    const auto writer = target.create({name, bytes.size(), if_exists}, run);
    return fill(*writer, bytes);
}

sdk::ObjectInfo fill(sdk::ObjectWriter& writer, const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += odd_block) {
        writer.write(std::as_bytes(std::span(bytes)).subspan(at, std::min(odd_block, bytes.size() - at)));
    }
    return writer.commit();
}

std::string get(sdk::StorageTarget& target,
                const std::string& name,
                sdk::RunContext& run,
                sdk::ByteRange range) {
    const auto reader = target.open(name, range, run);
    std::string text;
    std::vector<char> buffer(odd_block);
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

void requireInvisible(sdk::StorageTarget& target, const std::string& name, sdk::RunContext& run) {
    require(!target.stat(name, run), name + " is there");
    require(listed(target, name, run).empty(), name + " is listed");
}

}  // namespace dbackup::contract
