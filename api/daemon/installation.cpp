#include "api/daemon/installation.h"

#include <cstdlib>
#include <string>

#include <unistd.h>

#include "core/base/error.h"

namespace dbackup::daemon {

namespace fs = std::filesystem;

namespace {

// Read before the first thread starts, so nothing can change the environment beside us.
std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): see above
    return value == nullptr ? std::string() : std::string(value);
}

fs::path configFolder() {
    const fs::path prefix = installationPrefix();
    return (prefix == "/usr" ? fs::path("/etc") : prefix / "etc") / "dbackup";
}

}  // namespace

fs::path installationPrefix() {
    std::error_code fault;
    const fs::path program = fs::read_symlink("/proc/self/exe", fault);
    if (fault) {
        throw systemError("cannot find out where this program lies (/proc/self/exe)", fault.value());
    }
    return program.parent_path().parent_path();
}

fs::path defaultWorkerProgram() {
    return installationPrefix() / "libexec/dbackup/dbackup-worker";
}

fs::path defaultPluginsDir() {
    return installationPrefix() / "lib/dbackup/plugins";
}

std::optional<fs::path> defaultConfigFile() {
    fs::path file = configFolder() / "dbackupd.properties";
    std::error_code fault;
    if (!fs::exists(file, fault)) {
        return std::nullopt;
    }
    return file;
}

fs::path defaultResourcesDir() {
    return configFolder() / "resources.d";
}

fs::path defaultStateDir() {
    if (geteuid() == 0) {
        return "/var/lib/dbackup";
    }
    if (const std::string state = environment("XDG_STATE_HOME"); !state.empty()) {
        return fs::path(state) / "dbackup";
    }
    const std::string home = environment("HOME");
    if (home.empty()) {
        throw Error(
            ErrorKind::Settings, "no state folder: neither XDG_STATE_HOME nor HOME is set", "set state.dir");
    }
    return fs::path(home) / ".local/state/dbackup";
}

}  // namespace dbackup::daemon
