#include <algorithm>
#include <cstdlib>
#include <future>

#include <dbackup/sdk/target_extensions.h>

#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

constexpr std::int64_t usual_objects = 5000;

/// The check file's "objects"; DBACKUP_CHECK_OBJECTS in the environment lowers it.
std::size_t objectsToList(const Subject& subject) {
    std::int64_t count = integerOr(subject.file(), "objects", usual_objects);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment
    if (const char* const fewer = std::getenv("DBACKUP_CHECK_OBJECTS")) {
        count = std::min<std::int64_t>(count, std::max(1, std::atoi(fewer)));
    }
    return static_cast<std::size_t>(count);
}

void requireManyListed(const Subject& subject) {
    const Place at(subject);
    const std::size_t count = objectsToList(subject);
    constexpr std::size_t writers = 4;
    const auto write = [&](std::size_t begin) {
        for (std::size_t i = begin; i < count; i += writers)
            put(*at.target, at.prefix + ("many/" + std::to_string(i)), std::to_string(i), *at.run);
    };
    std::vector<std::future<void>> all;
    for (std::size_t begin = 0; begin < writers; ++begin)
        all.push_back(std::async(std::launch::async, write, begin));
    for (auto& each : all)
        each.get();
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < count; ++i)
        expected.push_back(at.prefix + ("many/" + std::to_string(i)));
    std::sort(expected.begin(), expected.end());
    require(listed(*at.target, at.prefix + "many/", *at.run) == expected,
            "not all objects are listed, each once");
    std::size_t seen = 0;
    at.target->list(
        at.prefix + "many/", [&](const sdk::ObjectInfo&) { return ++seen < 3; }, *at.run);
    require(seen == std::min<std::size_t>(3, count), "a listing goes on after it was told to end");
}

void requireRootListed(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "deep/below";
    put(*at.target, name, "bytes", *at.run);
    bool is_seen = false;
    at.target->list(
        "",
        [&](const sdk::ObjectInfo& info) {
            is_seen = info.name == name;
            return !is_seen;
        },
        *at.run);
    require(is_seen, "the list of all objects lacks one");
    at.run->requireClean();
}

void requireBatchRemoved(const Subject& subject) {
    const Place at(subject);
    auto* const batch = static_cast<sdk::BatchRemove*>(at.target->extension(sdk::BatchRemove::id));
    std::vector<std::string> names;
    for (const char* const name : {"first", "second", "third", "with 'odd' <name> & more"}) {
        names.push_back(at.prefix + name);
        put(*at.target, names.back(), name, *at.run);
    }
    put(*at.target, at.prefix + "kept", "kept", *at.run);
    names.push_back(at.prefix + "was never there");
    batch->removeAll(names, *at.run);
    require(listed(*at.target, at.prefix.text(), *at.run) == std::vector{at.prefix + "kept"},
            "after removeAll() not exactly the others are there");
    batch->removeAll({}, *at.run);
    at.run->requireClean();
}

}  // namespace

void addListChecks(Suite& suite, const Subject& subject) {
    suite.add(
        "list: many objects, written by several threads",
        [&] { requireManyListed(subject); },
        std::chrono::minutes(10));
    suite.add("list: all objects", [&] { requireRootListed(subject); });
    const std::string batch = "remove: many at once";
    if (subject.target()->extension(sdk::BatchRemove::id)) {
        suite.add(batch, [&] { requireBatchRemoved(subject); });
    } else {
        suite.notApplicable(batch, "it has not the extension " + std::string(sdk::BatchRemove::id));
    }
}

}  // namespace dbackup::contract
