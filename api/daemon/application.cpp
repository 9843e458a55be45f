#include "api/daemon/application.h"

#include <iostream>

#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionSet.h>

#include "api/daemon/daemon.h"
#include "api/daemon/installation.h"
#include "core/base/error.h"

namespace dbackup::daemon {

namespace {

using Poco::Util::Option;
using Arguments = std::vector<std::string>;

constexpr std::string_view usage_text = R"(The DBackup service.

  dbackupd [OPTIONS]                  serve until SIGTERM; stays in the foreground
  dbackupd check-config [OPTIONS]     check the configuration and say what is wrong
  dbackupd keys create --name=NAME --permissions=P,P,... [--expires=TIME] [OPTIONS]
                                      make an API key and print it; P may be "all";
                                      TIME like 2030-01-31T00:00:00Z

  --config-file=FILE   configuration (default: etc/dbackup/dbackupd.properties of the
                       installation, if it is there)
  -DKEY=VALUE          one key of the configuration; may be given several times
  --version
  --help
)";

void complain(const std::string& text) {
    for (std::size_t start = 0; start <= text.size();) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        std::cerr << "dbackupd: " << text.substr(start, end - start) << '\n';
        start = end + 1;
    }
}

}  // namespace

int Application::execute(int argc, char** argv) {
    try {
        // Not run(argc, argv): that one would look for --daemon and fork.
        init(argc, argv);
        return run();
    } catch (const Poco::Util::OptionException& error) {
        complain(error.displayText() + "; see dbackupd --help");
        return EXIT_USAGE;
    } catch (const Poco::Exception& error) {
        complain(error.displayText());
    } catch (const std::exception& error) {
        complain(error.what());
    }
    return EXIT_SOFTWARE;
}

void Application::defineOptions(Poco::Util::OptionSet& options) {
    // The base class is not asked: it would add --daemon, --umask and --pidfile, and a service manager wants
    // the process that it started.
    options.addOption(Option("help", "h"));
    options.addOption(Option("version", ""));
    options.addOption(Option("config-file", "").argument("FILE"));
    options.addOption(Option("define", "D").argument("KEY=VALUE").repeatable(true));
    for (const char* name : {"name", "permissions", "expires"}) {
        options.addOption(Option(name, "").argument("TEXT"));
    }
}

void Application::handleOption(const std::string& name, const std::string& value) {
    if (name == "help" || name == "version") {
        (name == "help" ? help_ : version_) = true;
    } else if (name == "config-file") {
        config_file_ = value;
    } else if (name == "define") {
        const std::size_t equals = value.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw Poco::Util::InvalidArgumentException("-D" + value + " is not KEY=VALUE");
        }
        overrides_[value.substr(0, equals)] = value.substr(equals + 1);
    } else {
        key_options_[name] = value;
    }
}

int Application::main(const Arguments& arguments) {
    if (help_) {
        std::cout << usage_text;
        return EXIT_OK;
    }
    if (version_) {
        std::cout << "dbackupd " DBACKUP_VERSION "\n";
        return EXIT_OK;
    }
    try {
        return command(arguments);
    } catch (const Error& error) {
        complain(error.text());
        return error.kind() == ErrorKind::Settings || error.kind() == ErrorKind::NotFound ? EXIT_CONFIG
                                                                                          : EXIT_SOFTWARE;
    } catch (const Poco::Exception& error) {
        complain(error.displayText());
    } catch (const std::exception& error) {
        complain(error.what());
    }
    return EXIT_SOFTWARE;
}

int Application::command(const Arguments& arguments) {
    const bool keys = arguments == Arguments{"keys", "create"};
    if (!keys && !key_options_.empty()) {
        complain("--" + key_options_.begin()->first + " belongs to 'keys create'; see dbackupd --help");
        return EXIT_USAGE;
    }
    if (keys) {
        createKey(configuration(),
                  {key_options_["name"], key_options_["permissions"], key_options_["expires"]},
                  std::cout);
        return EXIT_OK;
    }
    if (arguments == Arguments{"check-config"}) {
        checkInstallation(configuration());
        std::cout << "the configuration is sound\n";
        return EXIT_OK;
    }
    if (!arguments.empty()) {
        std::string typed;
        for (const std::string& argument : arguments) {
            typed += (typed.empty() ? "" : " ") + argument;
        }
        complain("there is no command '" + typed + "'; see dbackupd --help");
        return EXIT_USAGE;
    }
    const Config config = configuration();
    checkInstallation(config);
    const ServiceManager manager;
    Daemon(
        config, [this] { return configuration(); }, manager)
        .run();
    return EXIT_OK;
}

Config Application::configuration() const {
    ConfigSources sources;
    sources.file = config_file_ ? std::optional<std::filesystem::path>(*config_file_) : defaultConfigFile();
    sources.overrides = overrides_;
    return loadConfig(sources);
}

}  // namespace dbackup::daemon
