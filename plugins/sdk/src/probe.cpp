#include "dbackup/sdk/probe.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "dbackup/sdk/error.h"
#include "dbackup/sdk/object_names.h"

namespace dbackup::sdk {

namespace {

std::string readBack(StorageTarget& target, const std::string& name, std::size_t limit, RunContext& run) {
    std::string text(limit, '\0');
    const auto room = std::as_writable_bytes(std::span(text.data(), text.size()));
    const auto reader = target.open(name, {}, run);
    std::size_t got = 0;
    while (got < limit) {
        const std::size_t more = reader->read(room.subspan(got));
        if (more == 0) break;
        got += more;
    }
    text.resize(got);
    return text;
}

/// "dbackup-test.probe.<16 hex digits>": no temporary name, or listings would hide what is left of it.
std::string probeName() {
    const std::string temporary = temporaryNameFor("probe");
    return "dbackup-test" + temporary.substr(0, temporary.rfind('.'));
}

}  // namespace

std::string probe(StorageTarget& target, RunContext& run) {
    std::string name = probeName();
    const std::string content = "DBackup wrote this to see whether it can: " + name;
    const auto writer = target.create({name, content.size(), IfExists::Fail}, run);
    writer->write(std::as_bytes(std::span(content.data(), content.size())));
    writer->commit();
    std::string back;
    try {
        back = readBack(target, name, content.size() + 1, run);
    } catch (const Error&) {
        target.remove(name, run);
        throw;
    }
    if (!target.remove(name, run) || back != content)
        throw Error(ErrorKind::Integrity, name + " is not there as it was written");
    return name;
}

}  // namespace dbackup::sdk
