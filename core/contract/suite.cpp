#include "core/contract/suite.h"

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <stop_token>
#include <thread>

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
    bool all = true;
    for (const Check& check : checks_) {
        if (check.name.find(only_) == std::string::npos) continue;
        all = runOne(check, out) && all;
    }
    return all;
}

bool Suite::runOne(const Check& check, std::ostream& out) const {
    if (!check.run) {
        out << "n/a        " << check.name << ": " << check.reason << std::endl;
        return true;
    }
    const auto deviation = deviations_.find(check.name);
    if (deviation != deviations_.end()) {
        out << "deviation  " << check.name << ": " << deviation->second << std::endl;
        return true;
    }
    try {
        const ProcessWatch watch;
        {
            const Watchdog watchdog(check.name, check.longest);
            check.run();
        }
        watch.requireNothingLeft();
        out << "ok         " << check.name << std::endl;
        return true;
    } catch (const std::exception& exception) {
        out << "FAILED     " << check.name << ": " << describe(exception) << std::endl;
        return false;
    }
}

}  // namespace dbackup::contract
