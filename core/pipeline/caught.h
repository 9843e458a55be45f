#pragma once

#include <string>
#include <string_view>

#include "core/base/error.h"

namespace dbackup::pipeline {

/// The exception under way as an Error: ours as it is, std::bad_alloc with the memory limit's name, anything
/// else as Internal with the name of whose code it came from. For catch blocks only. Thread-safe.
/// @param who  "plugin postgres"
Error caught(std::string_view who) noexcept;

/// The same error with another message. Thread-safe.
Error reworded(const Error& error, const std::string& message);

/// Calls foreign code; what it throws leaves as an Error.
template <class Action>
auto guarded(std::string_view who, Action&& action) -> decltype(action()) {
    try {
        return action();
    } catch (...) {
        throw caught(who);
    }
}

}  // namespace dbackup::pipeline
