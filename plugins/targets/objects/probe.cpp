#include "probe.h"

#include <dbackup/sdk/error.h>

#include "object_name.h"

namespace dbackup::objects {

namespace {

std::string readBack(sdk::StorageTarget& target,
                     const std::string& name,
                     std::size_t limit,
                     sdk::RunContext& run) {
    std::string text(limit, '\0');
    std::size_t filled = 0;
    const auto reader = target.open(name, {}, run);
    while (filled < limit) {
        const std::size_t count =
            reader->read(std::as_writable_bytes(std::span(text.data() + filled, limit - filled)));
        if (count == 0) break;
        filled += count;
    }
    text.resize(filled);
    return text;
}

}  // namespace

void probe(sdk::StorageTarget& target, const std::string& place, sdk::RunContext& run) {
    const std::string name = "dbackup-test-" + randomDigits();
    const std::string content = "DBackup wrote this to see whether it can: " + name;
    const auto writer = target.create({name, content.size(), sdk::IfExists::Fail}, run);
    writer->write(std::as_bytes(std::span(content.data(), content.size())));
    writer->commit();
    std::string back;
    try {
        back = readBack(target, name, content.size() + 1, run);
    } catch (const sdk::Error&) {
        target.remove(name, run);
        throw;
    }
    if (!target.remove(name, run) || back != content) {
        throw sdk::Error(sdk::ErrorKind::Integrity, place + " did not keep what was written to it");
    }
}

}  // namespace dbackup::objects
