#include "core/model/execution.h"

namespace dbackup {

std::string_view toString(ExecutionStatus status) noexcept {
    switch (status) {
        case ExecutionStatus::Pending:
            return "Pending";
        case ExecutionStatus::Running:
            return "Running";
        case ExecutionStatus::Success:
            return "Success";
        case ExecutionStatus::Failed:
            return "Failed";
        case ExecutionStatus::None:
            break;
    }
    return "";
}

std::string_view toString(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::Success:
            return "Success";
        case Outcome::Partial:
            return "Partial";
        case Outcome::Failed:
            return "Failed";
        case Outcome::Cancelled:
            return "Cancelled";
        case Outcome::None:
            break;
    }
    return "";
}

std::optional<ExecutionStatus> executionStatusFrom(std::string_view name) noexcept {
    for (const auto status : {ExecutionStatus::Pending,
                              ExecutionStatus::Running,
                              ExecutionStatus::Success,
                              ExecutionStatus::Failed}) {
        if (toString(status) == name) return status;
    }
    return std::nullopt;
}

std::optional<Outcome> outcomeFrom(std::string_view name) noexcept {
    for (const auto outcome : {Outcome::Success, Outcome::Partial, Outcome::Failed, Outcome::Cancelled}) {
        if (toString(outcome) == name) return outcome;
    }
    return std::nullopt;
}

}  // namespace dbackup
