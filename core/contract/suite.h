#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dbackup::contract {

/// A check found that the plugin does not do what the contract asks.
class Broken : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A check that cannot be made here, as shows only when it is under way: the reason.
class NotLookedAt : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// @throws Broken with the text unless `holds`
void require(bool holds, const std::string& text);

/// The checks of one component, run one after another. [one thread]
class Suite {
public:
    /// @param deviations  checks that the author declares as not met, with the reason
    /// @param only        run the checks whose name contains this; empty = all
    Suite(std::map<std::string, std::string> deviations, std::string only);

    /// @param longest  how long it may take
    void add(std::string name,
             std::function<void()> check,
             std::chrono::seconds longest = std::chrono::minutes(2));
    /// A check that cannot be made here, with the reason.
    void notApplicable(std::string name, std::string reason);

    /// Runs all and prints one line each: "ok", "FAILED", "deviation" or "n/a"; and at the end how many there
    /// were of each, as in "37 kept, 3 not looked at". What a check leaves behind of processes, threads or
    /// descriptors breaks it; one that takes too long ends the program with status 1.
    /// @return true when none failed
    bool run(std::ostream& out);

private:
    struct Check {
        std::string name;
        std::function<void()> run;
        std::string reason;  // why it is not run
        std::chrono::seconds longest{0};
    };

    enum class Outcome { Kept, Failed, Deviation, NotLookedAt, LeftOut };

    Outcome runOne(const Check& check, std::ostream& out) const;
    static Outcome runToEnd(const Check& check, std::ostream& out);

    std::map<std::string, std::string> deviations_;
    std::string only_;
    std::vector<Check> checks_;
};

}  // namespace dbackup::contract
