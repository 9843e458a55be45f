#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

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
    for (const std::uint64_t offset : {bytes.size(), bytes.size() + 1, bytes.size() + 100 * mib}) {
        require(get(*at.target, name, *at.run, {offset, std::nullopt}).empty() &&
                    get(*at.target, name, *at.run, {offset, 5}).empty(),
                "a range that begins at the end or beyond is not empty");
    }
    put(*at.target, at.prefix + "empty", "", *at.run);
    require(get(*at.target, at.prefix + "empty", *at.run, {0, 1}).empty(),
            "a range of an empty object has bytes");
    {
        const auto half_read = at.target->open(name, {}, *at.run);
        std::vector<std::byte> some(1000);
        require(half_read->read(some) > 0, "an object has no bytes");  // and is destroyed before its end
    }
    at.run->requireClean();
}

}  // namespace

void addRangeChecks(Suite& suite, const Subject& subject) {
    if (subject.capable("ranges")) {
        suite.add("object: ranges", [&] { requireRanges(subject); });
    } else {
        suite.notApplicable("object: ranges", "not among its capabilities");
    }
}

}  // namespace dbackup::contract
