#include <algorithm>
#include <chrono>

#include "core/base/hash.h"
#include "core/contract/process_watch.h"
#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t mib = std::size_t{1} << 20;
constexpr std::int64_t usual_large_bytes = (std::int64_t{5} << 30) + 1;  // one more than a PUT of S3 may have
constexpr auto longest_large = std::chrono::hours(2);

/// What went through, and how much memory that took.
struct Passage {
    std::string sha256;
    std::size_t grown = 0;
};

/// Blocks of which each is another.
void number(std::string& block, std::uint64_t at) {
    const std::string text = std::to_string(at);
    block.replace(0, text.size(), text);
}

Passage writeLarge(const Place& at, const std::string& name, std::uint64_t size) {
    std::string block = patternOf(mib);
    Sha256 hash;
    const PeakMemory peak;
    const auto writer = at.target->create({name, std::nullopt, sdk::IfExists::Fail}, *at.run);
    for (std::uint64_t done = 0; done < size; done += mib) {
        number(block, done);
        const auto bytes =
            bytesOf(std::string_view(block).substr(0, std::min<std::uint64_t>(mib, size - done)));
        hash.update(bytes);
        writer->write(bytes);
    }
    const sdk::ObjectInfo info = writer->commit();
    require(info.size_bytes == size, "commit() tells another size than was written");
    return {hash.finishHex(), peak.grown()};
}

Passage readLarge(const Place& at, const std::string& name) {
    std::vector<std::byte> buffer(mib);
    Sha256 hash;
    const PeakMemory peak;
    const auto reader = at.target->open(name, {}, *at.run);
    while (const std::size_t count = reader->read(buffer))
        hash.update(std::span(buffer).first(count));
    return {hash.finishHex(), peak.grown()};
}

std::string inKib(std::size_t first, std::size_t second) {
    return std::to_string(first >> 10) + " and " + std::to_string(second >> 10) + " KiB for 64 and 256 MiB";
}

void requireFlatMemory(const Subject& subject) {
    const Place at(subject);
    const Passage small = writeLarge(at, at.prefix + "small", 64 * mib);
    const Passage small_read = readLarge(at, at.prefix + "small");
    const Passage large = writeLarge(at, at.prefix + "large", 256 * mib);
    const Passage large_read = readLarge(at, at.prefix + "large");
    require(large.sha256 == large_read.sha256, "an object of 256 MiB does not come back as it was");
    require(large.grown <= small.grown + 8 * mib && large.grown <= 64 * mib,
            "memory grows with the object: " + inKib(small.grown, large.grown));
    require(large_read.grown <= small_read.grown + 8 * mib && large_read.grown <= 64 * mib,
            "memory grows with the object that is read: " + inKib(small_read.grown, large_read.grown));
}

void requireLarge(const Subject& subject) {
    const Place at(subject);
    const std::string name = at.prefix + "large";
    const auto size = static_cast<std::uint64_t>(integerOr(subject.file(), "largeBytes", usual_large_bytes));
    const Passage written = writeLarge(at, name, size);
    const auto seen = at.target->stat(name, *at.run);
    require(seen && seen->size_bytes == size, "stat() tells another size than was written");
    const Passage read = readLarge(at, name);
    require(written.sha256 == read.sha256, "a large object does not come back as it was");
    if (measures_memory) {
        const std::size_t most = std::max(written.grown, read.grown);
        require(most <= 64 * mib, "a large object takes " + std::to_string(most / mib) + " MiB of memory");
    }
    at.run->requireClean();
}

}  // namespace

void addMemoryChecks(Suite& suite, const Subject& subject, bool large) {
    const std::string memory = "object: memory does not grow with its size";
    if (measures_memory) {
        suite.add(memory, [&] { requireFlatMemory(subject); });
    } else {
        suite.notApplicable(memory, "built with a sanitizer");
    }
    const std::string gigabytes = "object: one of five gigabytes";
    if (large) {
        suite.add(
            gigabytes, [&] { requireLarge(subject); }, longest_large);
    } else {
        suite.notApplicable(gigabytes, "only with --large");
    }
}

}  // namespace dbackup::contract
