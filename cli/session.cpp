#include "cli/session.h"

#include <ostream>
#include <thread>

#include <unistd.h>

#include "cli/text.h"
#include "resources/placeholders.h"

namespace dbackup::cli {

Session::Session(std::ostream& out, std::ostream& err)
    : err_(err), out_terminal_(STDOUT_FILENO), err_terminal_(STDERR_FILENO), output_(out, out_terminal_) {}

Session::~Session() = default;

RestClient& Session::rest() {
    if (!rest_) {
        rest_ =
            std::make_unique<RestClient>(connectionFrom(connection_options, resources::processEnvironment()));
        rest_->setTimeout(std::chrono::seconds(timeout_s));
        rest_->setWait([this](std::chrono::seconds time, const std::string& reason) {
            remark(reason);
            std::this_thread::sleep_for(time);
            return true;
        });
    }
    return *rest_;
}

void Session::remark(const std::string& text) {
    err_ << "dbackup: " << printable(text) << '\n' << std::flush;
}

}  // namespace dbackup::cli
