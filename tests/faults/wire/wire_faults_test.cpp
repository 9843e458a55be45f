// Faults on the wire between a worker and its destination: whatever happens, either the backup is whole, or
// its destination was reported failed and no backup is visible there. Seeded: ROUNDS and SEED in the
// environment.
#include <cstdlib>
#include <iostream>
#include <map>

#include <catch2/catch.hpp>

#include "tests/faults/wire/wire_round.h"

using namespace dbackup::test;

namespace {

constexpr std::uint64_t usual_rounds = 12;

std::uint64_t numberOr(const char* name, std::uint64_t usual) {
    const char* const text = std::getenv(name);
    return text ? std::stoull(text) : usual;
}

void runRounds(const WireTarget& target) {
    const std::uint64_t count = numberOr("ROUNDS", usual_rounds);
    const std::uint64_t first = numberOr("SEED", 1) * 1000000;
    WireRounds rounds(target);
    std::map<std::string, int> ends;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string end = toString(rounds.run(first + i));
        ++ends[end];
        if (std::getenv("VERBOSE"))
            std::cout << first + i << ": " << rounds.last() << ": " << end << std::endl;
    }
    for (const auto& [end, number] : ends)
        std::cout << target.component << ": " << number << " " << end << std::endl;
}

}  // namespace

TEST_CASE("Faults on the wire: the tests' own object server", "[wire]") {
    runRounds(objectsTarget());
}

TEST_CASE("Faults on the wire: WebDAV", "[wire]") {
    runRounds(webdavTarget());
}

TEST_CASE("Faults on the wire: FTP", "[wire]") {
    runRounds(ftpTarget());
}
