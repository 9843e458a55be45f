#include "core/contract/suite.h"

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include <unistd.h>

#include <dbackup/sdk/error.h>

#include "core/contract/process_watch.h"

namespace dbackup::contract {

namespace {

/// A call that never returns cannot be stopped, so the program ends.
class Watchdog {
public:
    Watchdog(const std::string& name, std::chrono::seconds longest)
        : thread_([this, name, longest](const std::stop_token& stop) {
              std::unique_lock lock(mutex_);
              if (!ended_.wait_for(lock, stop, longest, [&] { return stop.stop_requested(); })) {
                  std::cout << "FAILED     " << name << ": still busy after " << longest.count() << " seconds"
                            << std::endl;
                  ::_exit(1);
              }
          }) {}

private:
    std::mutex mutex_;
    std::condition_variable_any ended_;
    std::jthread thread_;  // last, so that it is joined first
};

std::string describe(const std::exception& exception) {
    const auto* error = dynamic_cast<const sdk::Error*>(&exception);
    if (!error) return exception.what();
    return std::string("unexpected error ") + std::string(sdk::toString(error->kind())) + ": " +
           error->text();
}

}  // namespace

void require(bool holds, const std::string& text) {
    if (!holds) throw Broken(text);
}

Suite::Suite(std::map<std::string, std::string> deviations, std::string only)
    : deviations_(std::move(deviations)), only_(std::move(only)) {}

void Suite::add(std::string name, std::function<void()> check, std::chrono::seconds longest) {
    checks_.push_back({std::move(name), std::move(check), "", longest});
}

void Suite::notApplicable(std::string name, std::string reason) {
    checks_.push_back({std::move(name), nullptr, std::move(reason), {}});
}

bool Suite::run(std::ostream& out) {
    std::map<Outcome, int> count;
    for (const Check& check : checks_) {
        ++count[runOne(check, out)];
    }
    out << count[Outcome::Kept] << " kept";
    for (const auto& [outcome, words] : {std::pair(Outcome::Failed, " failed"),
                                         std::pair(Outcome::Deviation, " declared as deviations"),
                                         std::pair(Outcome::NotLookedAt, " not looked at"),
                                         std::pair(Outcome::LeftOut, " left out by --only")}) {
        if (count[outcome] > 0) out << ", " << count[outcome] << words;
    }
    out << std::endl;
    return count[Outcome::Failed] == 0;
}

Suite::Outcome Suite::runOne(const Check& check, std::ostream& out) const {
    if (check.name.find(only_) == std::string::npos) return Outcome::LeftOut;
    if (!check.run) {
        out << "n/a        " << check.name << ": " << check.reason << std::endl;
        return Outcome::NotLookedAt;
    }
    const auto deviation = deviations_.find(check.name);
    if (deviation != deviations_.end()) {
        out << "deviation  " << check.name << ": " << deviation->second << std::endl;
        return Outcome::Deviation;
    }
    return runToEnd(check, out);
}

Suite::Outcome Suite::runToEnd(const Check& check, std::ostream& out) {
    std::string reason;
    try {
        const ProcessWatch watch;
        try {
            const Watchdog watchdog(check.name, check.longest);
            check.run();
        } catch (const NotLookedAt& not_here) {
            reason = not_here.what();
        }
        watch.requireNothingLeft();
    } catch (const std::exception& exception) {
        out << "FAILED     " << check.name << ": " << describe(exception) << std::endl;
        return Outcome::Failed;
    }
    if (!reason.empty()) {
        out << "n/a        " << check.name << ": " << reason << std::endl;
        return Outcome::NotLookedAt;
    }
    out << "ok         " << check.name << std::endl;
    return Outcome::Kept;
}

}  // namespace dbackup::contract
