#include <future>
#include <latch>

#include "core/contract/target_checks.h"

namespace dbackup::contract {

namespace {

using sdk::ErrorKind;
constexpr std::size_t mib = std::size_t{1} << 20;
constexpr int race_rounds = 6;

/// Writes an object and commits it when the other writer is that far, too. It begins and ends in one thread:
/// the tools that some targets start end with the thread that started them. @return whether it has the name
bool race(const Place& at, const std::string& name, const std::string& bytes, std::latch& all_written) {
    std::unique_ptr<sdk::ObjectWriter> writer;
    try {
        writer = at.target->create({name, bytes.size(), sdk::IfExists::Fail}, *at.run);
        writer->write(bytesOf(bytes));
    } catch (...) {
        all_written.count_down();  // the other one must not wait for ever
        throw;
    }
    all_written.arrive_and_wait();
    try {
        writer->commit();
        return true;
    } catch (const sdk::Error& error) {
        requireKind("the second of two writers", error, ErrorKind::AlreadyExists);
        return false;
    }
}

/// A target that looks for the name and then gives it, in two steps, lets both win in some rounds only.
void requireOneWinner(const Subject& subject) {
    const Place at(subject);
    for (int round = 0; round < race_rounds; ++round) {
        const std::string name = at.prefix + "contested-" + std::to_string(round);
        const std::size_t bytes = round == 0 ? mib : 4;
        std::latch all_written(2);
        auto other =
            std::async(std::launch::async, [&] { return race(at, name, patternOf(bytes + 1), all_written); });
        const bool won = race(at, name, patternOf(bytes), all_written);
        const bool other_won = other.get();
        require(won != other_won, "of two writers of one name, not exactly one has won");
        require(get(*at.target, name, *at.run) == patternOf(won ? bytes : bytes + 1),
                "the loser's bytes are there");
    }
    at.run->requireClean();
}

/// Of two open writers, giving one up leaves the other's object alone. Both are gone afterwards: what a
/// writer keeps in the scratch folder may live as long as it does.
void requireIndependentWriters(const Place& at) {
    const std::string abandoned = at.prefix + "abandoned";
    const auto first = at.target->create({abandoned, std::nullopt, sdk::IfExists::Fail}, *at.run);
    const auto second = at.target->create({at.prefix + "kept", std::nullopt, sdk::IfExists::Fail}, *at.run);
    first->write(bytesOf("one"));
    second->write(bytesOf("two"));
    first->abort();
    second->commit();
    requireInvisible(*at.target, abandoned, *at.run);
    require(get(*at.target, at.prefix + "kept", *at.run) == "two",
            "giving one object up has touched another that was being written");
}

/// As many writers as the target takes at once. None writes before all are open: a quick one would have ended
/// before the next began.
void requireSeveralWriters(const Subject& subject) {
    const Place at(subject);
    const std::size_t count = std::max(2U, std::min(8U, at.target->limits().parallel_writers));
    const auto bytes = [](std::size_t i) { return patternOf(6 * mib + i); };
    std::vector<std::unique_ptr<sdk::ObjectWriter>> writers;
    for (std::size_t i = 0; i < count; ++i) {
        writers.push_back(at.target->create(
            {at.prefix + std::to_string(i), bytes(i).size(), sdk::IfExists::Fail}, *at.run));
    }
    std::vector<std::future<void>> all;
    for (std::size_t i = 0; i < count; ++i)
        all.push_back(std::async(std::launch::async, [&, i] { fill(*writers[i], bytes(i)); }));
    for (auto& each : all)
        each.get();
    writers.clear();  // what one keeps in the scratch folder may live as long as it does
    for (std::size_t i = 0; i < count; ++i) {
        require(get(*at.target, at.prefix + std::to_string(i), *at.run) == bytes(i),
                "of several objects that were written at once, one is not what was written");
    }
    requireIndependentWriters(at);
    at.run->requireClean();
}

}  // namespace

void addWriterChecks(Suite& suite, const Subject& subject) {
    suite.add("object: of two writers of one name one wins", [&] { requireOneWinner(subject); });
    suite.add("object: several are written at once", [&] { requireSeveralWriters(subject); });
}

}  // namespace dbackup::contract
