#include "core/pipeline/destination.h"

#include <algorithm>

#include "core/pipeline/caught.h"

namespace dbackup::pipeline {

void Destination::fail(const Error& error) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (error_) return;
        error_ = error;
        failed_ = true;
    }
    parts_.run.log(sdk::LogLevel::Error, "Destination '" + name() + "' failed: " + error.text());
}

std::optional<Error> Destination::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

void Destination::stored(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
}

std::vector<std::string> Destination::names() const {
    const std::lock_guard lock(mutex_);
    return names_;
}

Error allFailed(const std::vector<Destination*>& destinations) {
    std::optional<Error> first;
    std::string text;
    bool retryable = true;
    for (const Destination* destination : destinations) {
        const std::optional<Error> error = destination->error();
        if (!error) continue;
        if (!first) first = error;
        retryable = retryable && error->retryable();
        if (!text.empty()) text += "; ";
        text += "destination '" + destination->name() + "': " + error->what();
    }
    if (!first) return {ErrorKind::Internal, "there is no destination"};
    return Error(first->kind(), text, first->hint()).canRetry(retryable);
}

}  // namespace dbackup::pipeline
