#include "dbackup/sdk/run_context.h"

#include "dbackup/sdk/error.h"

namespace dbackup::sdk {

RunContext::~RunContext() = default;

void RunContext::progress() {}

void RunContext::throwIfStopped() const {
    if (stop().stop_requested()) {
        throw Error(ErrorKind::Cancelled, "the run was asked to stop");
    }
}

}  // namespace dbackup::sdk
