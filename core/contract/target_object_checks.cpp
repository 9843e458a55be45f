#include <algorithm>
#include <future>
#include <numeric>

#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

using sdk::ErrorKind;
constexpr std::size_t mib = std::size_t{1} << 20;

/// One target with a run and a folder of its own.
struct Place {
    explicit Place(const Subject& subject) : prefix(subject), run(subject.run()), target(subject.target()) {}
    TestPrefix prefix;
    std::unique_ptr<CheckRun> run;
    std::shared_ptr<sdk::StorageTarget> target;
};

void requireTest(const Subject& subject) {
    const Place at(subject);
    at.target->test(*at.run);
    at.run->requireClean();
}

void requireSizes(const Subject& subject) {
    const Place at(subject);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, mib - 1, mib, mib + 1, 8 * mib, 20 * mib + 7}) {
        const std::string name = at.prefix + ("size " + std::to_string(size));
        const std::string bytes = patternOf(size);
        const sdk::ObjectInfo info = put(*at.target, name, bytes, *at.run);
        require(info.size_bytes == size, "commit() tells another size than was written: " + name);
        const auto seen = at.target->stat(name, *at.run);
        require(seen && seen->size_bytes == size, "stat() tells another size than was written: " + name);
        require(get(*at.target, name, *at.run) == bytes, "what is read is not what was written: " + name);
    }
    at.run->requireClean();
}

void requireAtomic(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "half";
    const std::string bytes = patternOf(3 * mib);
    {
        const auto writer = at.target->create({name, std::nullopt, sdk::IfExists::Fail}, *at.run);
        writer->write(std::as_bytes(std::span(bytes)));
        requireInvisible(*at.target, name, *at.run);
        writer->abort();
        writer->abort();
    }
    requireInvisible(*at.target, name, *at.run);
    {
        const auto writer = at.target->create({name, std::nullopt, sdk::IfExists::Fail}, *at.run);
        writer->write(std::as_bytes(std::span(bytes)));
    }  // its destructor aborts
    requireInvisible(*at.target, name, *at.run);
    at.run->requireClean();
}

void requireAnnouncedSize(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "short";
    {
        const auto writer = at.target->create({name, 5, sdk::IfExists::Fail}, *at.run);
        writer->write(std::as_bytes(std::span("four", 4)));
        const auto error = errorOf("commit() of another size than was announced", [&] { writer->commit(); });
        requireKind("commit() of another size than was announced", error, ErrorKind::Integrity);
    }
    requireInvisible(*at.target, name, *at.run);
    at.run->requireClean();
}

void requireExistingKept(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "taken";
    put(*at.target, name, "first", *at.run);
    const auto error = errorOf("a name that is taken", [&] { put(*at.target, name, "second", *at.run); });
    requireKind("a name that is taken", error, ErrorKind::AlreadyExists);
    require(get(*at.target, name, *at.run) == "first",
            "a refused object has replaced the one that was there");
    put(*at.target, name, "third", *at.run, sdk::IfExists::Replace);
    require(get(*at.target, name, *at.run) == "third", "an object was not replaced");
    {
        const auto writer = at.target->create({name, std::nullopt, sdk::IfExists::Replace}, *at.run);
        writer->write(std::as_bytes(std::span("fourth", 6)));
    }
    require(get(*at.target, name, *at.run) == "third", "a given up replacement has touched the old object");
    at.run->requireClean();
}

void requireOneWinner(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "contested";
    const auto attempt = [&](const std::string& bytes) {
        try {
            put(*at.target, name, bytes, *at.run);
            return true;
        } catch (const sdk::Error& error) {
            requireKind("the second of two writers", error, ErrorKind::AlreadyExists);
            return false;
        }
    };
    auto first = std::async(std::launch::async, attempt, patternOf(mib));
    auto second = std::async(std::launch::async, attempt, patternOf(mib + 1));
    const bool first_won = first.get();
    const bool second_won = second.get();
    require(first_won != second_won, "of two writers of one name, not exactly one has won");
    require(get(*at.target, name, *at.run) == patternOf(first_won ? mib : mib + 1),
            "the loser's bytes are there");
    at.run->requireClean();
}

void requireNames(const Subject& subject) {
    const Place at(subject);
    std::string deep;
    for (int i = 0; i < 12; ++i)
        deep += "folder " + std::to_string(i) + "/";
    std::vector<std::string> names{"plain",
                                   "plain.too",
                                   "with spaces and 'quotes' \"here\"",
                                   "\xC3\xBCml\xC3\xA4ut \xE2\x82\xAC \xF0\x9F\x90\x98",
                                   "-leading-dash",
                                   "per%cent+plus&amp=equals#hash?mark",
                                   "$HOME`id`;x|y",
                                   deep + "object",
                                   std::string(180, 'n')};
    for (std::string& name : names) {
        name = at.prefix + name;
        put(*at.target, name, name, *at.run);
    }
    for (const std::string& name : names) {
        require(get(*at.target, name, *at.run) == name, "another object is read under the name " + name);
    }
    std::sort(names.begin(), names.end());
    require(listed(*at.target, at.prefix.text(), *at.run) == names,
            "the list is not of the names that were written");
    const std::string plain = at.prefix + "plain";
    require(listed(*at.target, plain, *at.run) == std::vector{plain, at.prefix + "plain.too"},
            "the list of a prefix is not of the names that begin with it");
    at.run->requireClean();
}

void requireRanges(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "range";
    const std::string bytes = patternOf(2 * mib + 5);
    put(*at.target, name, bytes, *at.run);
    const std::vector<std::pair<std::uint64_t, std::optional<std::uint64_t>>> ranges{
        {0, 1},
        {0, bytes.size()},
        {1, std::nullopt},
        {mib - 1, 3},
        {bytes.size() - 1, std::nullopt},
        {mib, 0}};
    for (const auto& [offset, length] : ranges) {
        require(get(*at.target, name, *at.run, {offset, length}) ==
                    bytes.substr(offset, length.value_or(std::string::npos)),
                "the range from " + std::to_string(offset) + " is not what was written there");
    }
    require(get(*at.target, name, *at.run, {mib, 10 * mib}) == bytes.substr(mib),
            "a range beyond the end is not cut");
    at.run->requireClean();
}

void requireMissing(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "missing";
    requireInvisible(*at.target, name, *at.run);
    const auto error = errorOf("an object that is not there", [&] { get(*at.target, name, *at.run); });
    requireKind("an object that is not there", error, ErrorKind::NotFound);
    require(!at.target->remove(name, *at.run), "remove() of nothing says that it was there");
    put(*at.target, name, "now", *at.run);
    require(at.target->remove(name, *at.run), "remove() says that nothing was there");
    requireInvisible(*at.target, name, *at.run);
}

void requireManyListed(const Subject& subject) {
    const Place at(subject);
    const auto count = static_cast<std::size_t>(integerOr(subject.file(), "objects", 200));
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

}  // namespace

void addObjectChecks(Suite& suite, const Subject& subject) {
    suite.add("test: writes, reads and removes a probe", [&] { requireTest(subject); });
    suite.add("object: all sizes come back as they were", [&] { requireSizes(subject); });
    suite.add("object: nothing is visible before commit()", [&] { requireAtomic(subject); });
    suite.add("object: another size than was announced is refused", [&] { requireAnnouncedSize(subject); });
    suite.add("object: one that exists is kept unless it is to be replaced",
              [&] { requireExistingKept(subject); });
    suite.add("object: of two writers of one name one wins", [&] { requireOneWinner(subject); });
    suite.add("object: odd names", [&] { requireNames(subject); });
    suite.add("object: one that is not there", [&] { requireMissing(subject); });
    suite.add("list: many objects, written by several threads", [&] { requireManyListed(subject); });
    if (subject.capable("ranges")) {
        suite.add("object: ranges", [&] { requireRanges(subject); });
    } else {
        suite.notApplicable("object: ranges", "not among its capabilities");
    }
}

}  // namespace dbackup::contract
