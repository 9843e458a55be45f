#include "tests/faults/wire/wire_target.h"

#include <cstdlib>
#include <iostream>
#include <map>

#include "tests/faults/wire/wire_round.h"

namespace dbackup::test {

namespace {

constexpr std::uint64_t usual_rounds = 4;

std::uint64_t numberOr(const char* name, std::uint64_t usual) {
    const char* const text = std::getenv(name);
    return text ? std::stoull(text) : usual;
}

}  // namespace

std::uint16_t portAtEnd(const std::string& text) {
    return static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
}

void runWireRounds(const WireTarget& target) {
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

void requireVerifierFinds(const WireTarget& target, const std::vector<VerifyMode>& modes) {
    requireVerifierFinds(target.plugin_file, target.component, target.settings(target.port), modes);
}

}  // namespace dbackup::test
