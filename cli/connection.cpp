#include "cli/connection.h"

#include <fstream>
#include <set>
#include <sstream>

#include <Poco/Exception.h>
#include <Poco/URI.h>
#include <sys/stat.h>

#include "cli/failure.h"
#include "cli/json.h"
#include "cli/text.h"
#include "resources/yaml_json.h"

namespace dbackup::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_key_bytes = 200;

std::string valueOr(const Environment& environment, const std::string& name) {
    return environment(name).value_or("");
}

std::string textOf(const fs::path& file) {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in.is_open() || in.bad()) throw Failure(ExitCode::Usage, "cannot read " + file.string());
    return text.str();
}

/// Keys lie in it: what others can read is refused, as ssh does with its own.
void requirePrivate(const fs::path& file) {
    struct stat status {};
    if (stat(file.c_str(), &status) == 0 && (status.st_mode & 077U) != 0) {
        throw Failure(ExitCode::Usage,
                      "other users may read " + file.string() + ", which holds API keys",
                      "chmod 600 " + file.string());
    }
}

std::string keyFrom(const fs::path& file) {
    requirePrivate(file);
    std::string key = textOf(file).substr(0, max_key_bytes);
    key.erase(key.find_last_not_of(" \t\r\n") + 1);
    return key;
}

class Profiles {
public:
    explicit Profiles(fs::path file) : file_(std::move(file)) {
        std::error_code fault;
        if (!fs::exists(file_, fault)) return;
        requirePrivate(file_);
        try {
            const auto documents = resources::parseYaml(textOf(file_), file_.string());
            if (!documents.empty()) all_ = asObject(documents.front().value);
        } catch (const resources::Fault& fault_of_file) {
            throw Failure(ExitCode::Usage, fault_of_file.what());
        }
        checkMembers(*all_, {"default", "profiles"}, "");
    }

    std::string defaultName() const { return textAt(*all_, "default"); }
    std::vector<std::string> names() const { return objectAt(*all_, "profiles")->getNames(); }

    Connection connection(const std::string& name) const {
        const JsonObject::Ptr profiles = objectAt(*all_, "profiles");
        if (!profiles->has(name)) {
            const std::string known = joined(profiles->getNames());
            throw Failure(ExitCode::Usage,
                          "there is no profile \"" + name + "\" in " + file_.string(),
                          known.empty() ? "" : "there are: " + known);
        }
        const JsonObject::Ptr profile = objectAt(*profiles, name);
        checkMembers(
            *profile, {"url", "apiKey", "apiKeyFile", "skipTlsVerify", "caFile"}, "profile " + name + ": ");
        Connection connection;
        connection.url = textAt(*profile, "url", connection.url);
        connection.api_key = textAt(*profile, "apiKey");
        if (const std::string key_file = textAt(*profile, "apiKeyFile"); !key_file.empty()) {
            connection.api_key = keyFrom(file_.parent_path() / key_file);
        }
        connection.skip_tls_verify = flagAt(*profile, "skipTlsVerify");
        if (const std::string ca = textAt(*profile, "caFile"); !ca.empty()) {
            connection.ca_file = file_.parent_path() / ca;
        }
        return connection;
    }

private:
    void checkMembers(const JsonObject& object,
                      const std::set<std::string>& known,
                      const std::string& where) const {
        for (const auto& name : object.getNames()) {
            if (!known.contains(name)) {
                throw Failure(ExitCode::Usage,
                              file_.string() + ": " + where + "\"" + name + "\" is not known",
                              "known are: " + joined(known));
            }
        }
    }

    fs::path file_;
    JsonObject::Ptr all_ = newObject();
};

std::string checkedUrl(std::string url) {
    try {
        const Poco::URI uri(url);
        if ((uri.getScheme() != "http" && uri.getScheme() != "https") || uri.getHost().empty() ||
            !uri.getUserInfo().empty() || !uri.getRawQuery().empty()) {
            throw Failure(ExitCode::Usage, "\"" + url + "\" is no address of a server", "https://HOST:PORT");
        }
    } catch (const Poco::SyntaxException&) {
        throw Failure(ExitCode::Usage, "\"" + url + "\" is no address of a server", "https://HOST:PORT");
    }
    while (url.back() == '/') {
        url.pop_back();
    }
    return url.ends_with("/api") ? url.substr(0, url.size() - 4) : url;
}

/// The variables alone, or the file's default profile.
Connection unnamed(const Environment& environment, const Profiles& profiles) {
    const std::string url = valueOr(environment, "DBACKUP_URL");
    Connection connection;
    if (url.empty() && !profiles.defaultName().empty()) {
        connection = profiles.connection(profiles.defaultName());
    } else if (!url.empty()) {
        connection.url = url;
    }
    if (const std::string key = valueOr(environment, "DBACKUP_API_KEY"); !key.empty())
        connection.api_key = key;
    return connection;
}

}  // namespace

fs::path profileFile(const Environment& environment) {
    if (const std::string file = valueOr(environment, "DBACKUP_PROFILES"); !file.empty()) return file;
    if (const std::string config = valueOr(environment, "XDG_CONFIG_HOME"); !config.empty()) {
        return fs::path(config) / "dbackup/profiles.yaml";
    }
    const std::string home = valueOr(environment, "HOME");
    return home.empty() ? fs::path() : fs::path(home) / ".config/dbackup/profiles.yaml";
}

std::vector<std::string> profileNames(const fs::path& file) {
    try {
        return Profiles(file).names();
    } catch (const Failure&) {
        return {};
    }
}

Connection connectionFrom(const ConnectionOptions& options, const Environment& environment) {
    const std::string named =
        options.profile.empty() ? valueOr(environment, "DBACKUP_PROFILE") : options.profile;
    const Profiles profiles(profileFile(environment));
    Connection connection = named.empty() ? unnamed(environment, profiles) : profiles.connection(named);
    if (!options.url.empty() && options.url != connection.url) {
        connection = Connection();
        connection.url = options.url;
        connection.api_key = valueOr(environment, "DBACKUP_API_KEY");
    }
    connection.url = checkedUrl(connection.url);
    if (!options.api_key_file.empty()) connection.api_key = keyFrom(options.api_key_file);
    if (!options.ca_file.empty()) connection.ca_file = options.ca_file;
    const std::string skip = lowerCase(valueOr(environment, "DBACKUP_SKIP_TLS_VERIFY"));
    connection.skip_tls_verify |= options.skip_tls_verify || skip == "1" || skip == "true" || skip == "yes";
    return connection;
}

}  // namespace dbackup::cli
