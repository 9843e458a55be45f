#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "cli/connection.h"
#include "cli/failure.h"
#include "cli/output.h"
#include "cli/rest_client.h"
#include "cli/terminal.h"

namespace dbackup::cli {

/// What a command works with. [one thread]
class Session {
public:
    Session(std::ostream& out, std::ostream& err);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// The server; connected to with the first request.
    /// @throws Failure Usage
    RestClient& rest();
    Output& output() noexcept { return output_; }
    std::ostream& err() noexcept { return err_; }
    const Terminal& errTerminal() const noexcept { return err_terminal_; }
    /// A remark for people, on standard error.
    void remark(const std::string& text);

    // Filled in while the command line is parsed.
    ConnectionOptions connection_options;
    int timeout_s = 60;
    /// What the chosen command does.
    std::function<ExitCode()> action;

private:
    std::ostream& err_;
    Terminal out_terminal_;
    Terminal err_terminal_;
    Output output_;
    std::unique_ptr<RestClient> rest_;
};

}  // namespace dbackup::cli
