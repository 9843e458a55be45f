#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

using sdk::ErrorKind;
constexpr std::size_t mib = std::size_t{1} << 20;

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

void requireEmpty(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "empty";
    {
        const auto writer = at.target->create({name, std::nullopt, sdk::IfExists::Fail}, *at.run);
        const sdk::ObjectInfo info = writer->commit();
        require(info.size_bytes == 0, "commit() tells a size of an object to which nothing was written");
    }
    const auto seen = at.target->stat(name, *at.run);
    require(seen && seen->size_bytes == 0, "an empty object is not there, or has a size");
    require(listed(*at.target, at.prefix.text(), *at.run) == std::vector{name},
            "an empty object is not listed");
    require(get(*at.target, name, *at.run).empty(), "an empty object has bytes");
    const auto error =
        errorOf("an empty object of a name that is taken", [&] { put(*at.target, name, "", *at.run); });
    requireKind("an empty object of a name that is taken", error, ErrorKind::AlreadyExists);
    require(at.target->remove(name, *at.run), "an empty object cannot be removed");
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

}  // namespace

void addObjectChecks(Suite& suite, const Subject& subject) {
    suite.add("test: writes, reads and removes a probe", [&] { requireTest(subject); });
    suite.add("object: all sizes come back as they were", [&] { requireSizes(subject); });
    suite.add("object: an empty one", [&] { requireEmpty(subject); });
    suite.add("object: nothing is visible before commit()", [&] { requireAtomic(subject); });
    suite.add("object: another size than was announced is refused", [&] { requireAnnouncedSize(subject); });
    suite.add("object: one that exists is kept unless it is to be replaced",
              [&] { requireExistingKept(subject); });
    suite.add("object: one that is not there", [&] { requireMissing(subject); });
}

}  // namespace dbackup::contract
