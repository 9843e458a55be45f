#include "followed.h"

#include <dbackup/sdk/retry.h>
#include <dbackup/sdk/unstoppable_run.h>

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto longest_return = std::chrono::seconds(8);
constexpr auto between_looks = std::chrono::milliseconds(50);

}  // namespace

Followed::Followed(Connection& connection, const ServerSettings& server, sdk::RunContext& run)
    : connection_(connection), server_(server), run_(run) {}

Followed::~Followed() {
    if (!follows_ && before_.empty()) return;
    sdk::UnstoppableRun steady(run_);
    try {
        // The connection may be in the middle of an answer that nobody waited for.
        Connection own(server_, steady);
        giveBack(own);
    } catch (const Error& error) {
        run_.log(sdk::LogLevel::Error,
                 server_.name() + " could not be told to follow nobody any more: " + error.text() +
                     ". Say REPLICAOF NO ONE to it, and set masterauth and masteruser again");
    }
}

void Followed::set(const std::string& parameter, const std::string& value) {
    before_.emplace(parameter, connection_.config(parameter));
    connection_.ask({"CONFIG", "SET", parameter, value});
}

void Followed::follow(const std::string& host, std::uint16_t port, const sdk::SecretString& password) {
    set("masteruser", "");
    set("masterauth", password.reveal());
    follows_ = true;
    connection_.ask({"REPLICAOF", host, std::to_string(port)});
}

void Followed::release() {
    giveBack(connection_);
}

void Followed::giveBack(Connection& connection) {
    const auto deadline = Clock::now() + longest_return;
    while (follows_) {
        const Reply answer = connection.tell({"REPLICAOF", "NO", "ONE"});
        if (!answer.error) {
            follows_ = false;
        } else if (!answer.text.starts_with("LOADING") || Clock::now() >= deadline) {
            throw errorFrom(connection.wire().name(), "REPLICAOF", answer.text);
        } else {
            sdk::sleepFor(between_looks, run_);
        }
    }
    while (!before_.empty()) {
        const auto& [parameter, value] = *before_.begin();
        connection.ask({"CONFIG", "SET", parameter, value});
        before_.erase(before_.begin());
    }
}

}  // namespace dbackup::redis
