#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <Poco/Util/ServerApplication.h>

#include "api/daemon/config.h"
#include "api/daemon/key_command.h"

namespace dbackup::daemon {

/// The command line of dbackupd.
class Application final : public Poco::Util::ServerApplication {
public:
    /// Never throws; what goes wrong is said on standard error.
    /// @return the exit code: 0, EXIT_USAGE (64), EXIT_CONFIG (78) or EXIT_SOFTWARE (70)
    int execute(int argc, char** argv);

protected:
    void defineOptions(Poco::Util::OptionSet& options) override;
    void handleOption(const std::string& name, const std::string& value) override;
    int main(const std::vector<std::string>& arguments) override;

private:
    int command(const std::vector<std::string>& arguments);
    Config configuration() const;

    bool help_ = false;
    bool version_ = false;
    std::optional<std::string> config_file_;
    std::map<std::string, std::string> overrides_;
    std::map<std::string, std::string> key_options_;
};

}  // namespace dbackup::daemon
