#include "core/orchestrator/run_control.h"

namespace dbackup::orchestrator {

void RunControl::cancel(const std::string& reason) {
    const std::scoped_lock lock(mutex_);
    if (reason_.empty()) reason_ = reason;
    if (worker_ != nullptr) worker_->cancel();
}

std::string RunControl::reason() const {
    const std::scoped_lock lock(mutex_);
    return reason_;
}

RunControl::Attachment::Attachment(RunControl& control, WorkerProcess& worker) : control_(control) {
    const std::scoped_lock lock(control_.mutex_);
    control_.worker_ = &worker;
    if (!control_.reason_.empty()) worker.cancel();
}

RunControl::Attachment::~Attachment() {
    const std::scoped_lock lock(control_.mutex_);
    control_.worker_ = nullptr;
}

}  // namespace dbackup::orchestrator
