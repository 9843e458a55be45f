#include "api/daemon/config.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>

#include <Poco/Exception.h>
#include <Poco/Util/PropertyFileConfiguration.h>
#include <unistd.h>

#include "api/daemon/certificate.h"
#include "api/daemon/installation.h"
#include "api/http/client_address.h"
#include "core/base/error.h"

namespace dbackup::daemon {

namespace fs = std::filesystem;

namespace {

using Values = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view system_tool_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

Error allOf(const std::vector<std::string>& faults) {
    std::string text;
    for (const std::string& fault : faults) {
        text += (text.empty() ? "" : "\n") + fault;
    }
    return {ErrorKind::Settings, text};
}

bool isLoopback(const std::string& address) {
    const auto ip = api::parseAddress(address);
    return ip && ip->isLoopback();
}

// How many letters must be changed, put in or left out (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
        }
    }
    return row[b.size()];
}

std::string unknownKey(const std::string& key) {
    const auto& keys = configKeys();
    const auto nearest = std::min_element(keys.begin(), keys.end(), [&](const auto& left, const auto& right) {
        return distance(left.name, key) < distance(right.name, key);
    });
    return key + ": there is no such key; the nearest is " + std::string(nearest->name);
}

bool isKnown(const std::string& key) {
    const auto& keys = configKeys();
    return std::any_of(keys.begin(), keys.end(), [&](const auto& known) { return known.name == key; });
}

void collect(const Poco::Util::AbstractConfiguration& file, const std::string& key, Values& values) {
    if (!key.empty() && file.hasProperty(key)) {
        values[key] = file.getRawString(key);
    }
    Poco::Util::AbstractConfiguration::Keys below;
    file.keys(key, below);
    const std::string prefix = key.empty() ? "" : key + '.';
    for (const std::string& name : below) {
        collect(file, prefix + name, values);
    }
}

Values readFile(const fs::path& path) {
    std::error_code fault;
    if (!fs::is_regular_file(path, fault)) {
        throw Error(ErrorKind::NotFound, "there is no configuration file " + path.string());
    }
    try {
        const Poco::AutoPtr<Poco::Util::PropertyFileConfiguration> file =
            new Poco::Util::PropertyFileConfiguration(path.string());
        Values values;
        collect(*file, "", values);
        return values;
    } catch (const Poco::Exception& error) {
        throw Error(ErrorKind::Settings, "cannot read " + path.string() + ": " + error.displayText());
    }
}

/// Takes values out one by one and remembers what is wrong with them.
class Reader {
public:
    explicit Reader(Values values) : values_(std::move(values)) {}

    const std::string& text(std::string_view key) const { return values_.find(key)->second; }
    std::int64_t number(std::string_view key, std::int64_t minimum, std::int64_t maximum) {
        const std::string& value = text(key);
        std::int64_t number = 0;
        const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (fault != std::errc() || end != value.data() + value.size() || number < minimum ||
            number > maximum) {
            wrong(
                key,
                "must be a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
            return minimum;
        }
        return number;
    }
    bool flag(std::string_view key) {
        const std::string& value = text(key);
        if (value != "true" && value != "false") {
            wrong(key, "must be true or false");
        }
        return value == "true";
    }
    fs::path path(std::string_view key) const {
        return text(key).empty() ? fs::path() : fs::absolute(text(key)).lexically_normal();
    }
    void wrong(std::string_view key, const std::string& reason) {
        faults_.push_back(std::string(key) + " = " + text(key) + ": " + reason);
    }
    const std::vector<std::string>& faults() const { return faults_; }

private:
    Values values_;
    std::vector<std::string> faults_;
};

TlsMode tlsMode(Reader& reader) {
    const std::string& mode = reader.text("api.tls.mode");
    if (mode == "auto") return TlsMode::Auto;
    if (mode == "on") return TlsMode::On;
    if (mode == "off") return TlsMode::Off;
    reader.wrong("api.tls.mode", "must be auto, on or off");
    return TlsMode::Auto;
}

void readNetwork(Reader& reader, Config& config) {
    config.address = reader.text("api.address");
    const bool is_address = api::parseAddress(config.address).has_value();
    if (!is_address) {
        reader.wrong("api.address",
                     "must be an IP address: 127.0.0.1, ::1, 0.0.0.0 or a network interface's");
    }
    config.port = static_cast<std::uint16_t>(reader.number("api.port", 0, 65535));
    config.tls_mode = tlsMode(reader);
    config.tls_certificate = reader.path("api.tls.certificate");
    config.tls_key = reader.path("api.tls.key");
    if (config.tls_certificate.empty() != config.tls_key.empty()) {
        reader.wrong(config.tls_key.empty() ? "api.tls.key" : "api.tls.certificate",
                     "certificate and key are given together or not at all");
    }
    config.allow_plain_http = reader.flag("api.allowPlainHttp");
    if (is_address && config.tls_mode == TlsMode::Off && !isLoopback(config.address) &&
        !config.allow_plain_http) {
        reader.wrong("api.tls.mode",
                     "API keys would cross the network in the clear on " + config.address +
                         "; use auto or on, or set api.allowPlainHttp = true behind a proxy that does TLS");
    }
    config.trusted_proxies = reader.text("api.trustedProxies");
    try {
        const api::TrustedProxies checked(config.trusted_proxies);
    } catch (const Error& error) {
        reader.wrong("api.trustedProxies", error.text());
    }
    config.max_connections = static_cast<int>(reader.number("api.maxConnections", 4, 4096));
}

void readPrograms(Reader& reader, Config& config) {
    config.state_dir = reader.path("state.dir");
    if (config.state_dir.empty()) {
        config.state_dir = defaultStateDir();
    }
    config.spool_dir = reader.path("spool.dir");
    config.plugins_dir = reader.path("plugins.dir");
    if (config.plugins_dir.empty()) {
        config.plugins_dir = defaultPluginsDir();
    }
    config.worker_program = reader.path("worker.program");
    if (config.worker_program.empty()) {
        config.worker_program = defaultWorkerProgram();
    }
    config.worker_memory_limit_bytes =
        static_cast<std::uint64_t>(reader.number("worker.memoryLimitMb", 0, 1 << 20)) << 20U;

    config.resources_dir = reader.path("resources.dir");
    config.resources_prune = reader.flag("resources.prune");
    config.tools_path = reader.text("tools.path");
    for (std::string_view rest = config.tools_path; !rest.empty();) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        if (!rest.substr(0, end).starts_with('/')) {
            reader.wrong("tools.path", "must be absolute folders, separated by colons");
            break;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    config.tools_path += (config.tools_path.empty() ? "" : ":") + std::string(system_tool_path);
}

}  // namespace

const std::vector<ConfigKey>& configKeys() {
    static const std::vector<ConfigKey> keys = {
        {"api.address", "127.0.0.1"},
        {"api.port", "8484"},
        {"api.tls.mode", "auto"},
        {"api.tls.certificate", ""},
        {"api.tls.key", ""},
        {"api.allowPlainHttp", "false"},
        {"api.trustedProxies", ""},
        {"api.maxConnections", "256"},
        {"state.dir", ""},
        {"spool.dir", ""},
        {"plugins.dir", ""},
        {"worker.program", ""},
        {"worker.memoryLimitMb", "1024"},
        {"tools.path", ""},
        {"resources.dir", ""},
        {"resources.prune", "false"},
        {"log.level", "info"},
        {"shutdown.graceSeconds", "30"},
    };
    return keys;
}

bool Config::useTls() const {
    return tls_mode == TlsMode::On || (tls_mode == TlsMode::Auto && !isLoopback(address));
}

Config loadConfig(const ConfigSources& sources) {
    Values values;
    for (const ConfigKey& key : configKeys()) {
        values.emplace(key.name, key.default_value);
    }
    std::vector<std::string> faults;
    const auto take = [&](const auto& given) {
        for (const auto& [key, value] : given) {
            if (isKnown(key)) {
                values[key] = value;
            } else {
                faults.push_back(unknownKey(key));
            }
        }
    };
    if (sources.file) {
        take(readFile(*sources.file));
    }
    take(sources.overrides);

    Reader reader(std::move(values));
    Config config;
    readNetwork(reader, config);
    readPrograms(reader, config);
    if (config.resources_dir.empty()) {
        config.resources_dir =
            sources.file ? fs::absolute(*sources.file).parent_path() / "resources.d" : defaultResourcesDir();
    }
    try {
        config.log_level = Log::levelFrom(reader.text("log.level"));
    } catch (const Error& error) {
        reader.wrong("log.level", error.hint());
    }
    config.shutdown_grace = std::chrono::seconds(reader.number("shutdown.graceSeconds", 0, 86'400));

    faults.insert(faults.end(), reader.faults().begin(), reader.faults().end());
    if (!faults.empty()) {
        throw allOf(faults);
    }
    return config;
}

void checkInstallation(const Config& config) {
    std::vector<std::string> faults;
    if (access(config.worker_program.c_str(), X_OK) != 0) {
        faults.push_back("worker.program = " + config.worker_program.string() +
                         ": there is no program to run");
    }
    std::error_code fault;
    if (!fs::is_directory(config.plugins_dir, fault)) {
        faults.push_back("plugins.dir = " + config.plugins_dir.string() + ": there is no such folder");
    }
    if (config.useTls() && !config.tls_certificate.empty()) {
        try {
            checkCertificate({config.tls_certificate, config.tls_key});
        } catch (const Error& error) {
            faults.push_back("api.tls.certificate, api.tls.key: " + error.text());
        }
    }
    if (!faults.empty()) {
        throw allOf(faults);
    }
}

}  // namespace dbackup::daemon
