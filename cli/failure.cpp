#include "cli/failure.h"

namespace dbackup::cli {

Failure::Failure(ExitCode code, const std::string& message, std::string hint)
    : std::runtime_error(message), code_(code), hint_(std::move(hint)) {}

Failure::~Failure() = default;

}  // namespace dbackup::cli
