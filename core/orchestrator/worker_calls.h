#pragma once

#include <functional>
#include <optional>
#include <semaphore>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "core/orchestrator/limits.h"
#include "core/orchestrator/orchestrator.h"

namespace dbackup::orchestrator {

/// A place among the workers that run at a time, given back with the object. [one thread]
class WorkerSlot {
public:
    using Semaphore = std::counting_semaphore<limits::calls>;
    /// @throws Error Unavailable when none becomes free in time
    WorkerSlot(Semaphore& free, std::chrono::seconds patience);
    WorkerSlot(const WorkerSlot&) = delete;
    WorkerSlot& operator=(const WorkerSlot&) = delete;
    ~WorkerSlot();

private:
    Semaphore& free_;
};

/// Asks workers one question each, so many at a time. [thread-safe]
class WorkerCalls {
public:
    /// @param parts  outlives it
    explicit WorkerCalls(const Orchestrator::Parts& parts) : parts_(parts) {}

    struct Question {
        std::string_view command;
        std::chrono::seconds timeout;
        std::stop_token stop = {};
    };
    /// @param request  gets its setup here
    /// @return nothing when it takes longer than the timeout, or a stop was requested
    /// @throws what the worker reports; Internal when it dies
    template <class Request>
    std::optional<JsonObject::Ptr> ask(const Question& question, Request request) {
        return askWith(question, [&](const protocol::RunSetup& setup) {
            request.setup = setup;
            return toJson(request);  // of the request's own namespace
        });
    }
    /// The same, when no answer is an error. @throws Error Unavailable besides
    template <class Request>
    JsonObject::Ptr call(const Question& question, Request request) {
        const std::string name = request.component.name;
        if (auto data = ask(question, std::move(request))) return std::move(*data);
        throwSilence(question, name);
    }

private:
    using MakeRequest = std::function<JsonObject::Ptr(const protocol::RunSetup&)>;
    std::optional<JsonObject::Ptr> askWith(const Question& question, const MakeRequest& make);
    [[noreturn]] static void throwSilence(const Question& question, const std::string& name);

    const Orchestrator::Parts& parts_;
    WorkerSlot::Semaphore free_{limits::calls};
};

}  // namespace dbackup::orchestrator
