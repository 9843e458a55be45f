#include "api/daemon/config.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::daemon;
using Catch::Contains;
using dbackup::test::TempDir;

namespace {

Config with(const std::map<std::string, std::string>& overrides) {
    return loadConfig({std::nullopt, overrides});
}

std::string faultOf(const std::map<std::string, std::string>& overrides) {
    try {
        with(overrides);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Settings);
        return error.what();
    }
    return "accepted";
}

std::filesystem::path write(const TempDir& folder, const std::string& text) {
    std::ofstream(folder / "test.properties") << text;
    return folder / "test.properties";
}

}  // namespace

TEST_CASE("loadConfig: the defaults are a loopback service without TLS", "[daemon]") {
    const Config config = with({});
    CHECK(config.address == "127.0.0.1");
    CHECK(config.port == 8484);
    CHECK_FALSE(config.useTls());
    CHECK(config.max_connections == 256);
    CHECK(config.worker_memory_limit_bytes == 1024ULL << 20U);
    CHECK(config.log_level == Log::Level::Info);
    CHECK(config.shutdown_grace == std::chrono::seconds(30));
    CHECK(config.worker_program.filename() == "dbackup-worker");
    CHECK(config.plugins_dir.filename() == "plugins");
    CHECK_THAT(config.tools_path, Catch::StartsWith("/usr/local/sbin:"));
    CHECK(config.state_dir.is_absolute());
}

TEST_CASE("loadConfig: the command line wins over the file, the file over the default", "[daemon]") {
    const TempDir folder;
    const auto file = write(folder, "# comment\napi.port = 9000\nlog.level: debug\nstate.dir=/srv/state\n");
    const Config config = loadConfig({file, {{"api.port", "9001"}, {"tools.path", "/opt/a:/opt/b"}}});
    CHECK(config.port == 9001);
    CHECK(config.log_level == Log::Level::Debug);
    CHECK(config.state_dir == "/srv/state");
    CHECK_THAT(config.tools_path, Catch::StartsWith("/opt/a:/opt/b:/usr/local/sbin:"));
}

TEST_CASE("loadConfig: resources.d lies beside the file, unless it is named", "[daemon]") {
    const TempDir folder;
    const auto file = write(folder, "api.port = 9000\n");
    CHECK(loadConfig({file, {}}).resources_dir == folder / "resources.d");
    CHECK(loadConfig({file, {{"resources.dir", "/srv/r"}}}).resources_dir == "/srv/r");
    CHECK(with({}).resources_dir.filename() == "resources.d");
}

TEST_CASE("loadConfig: a file that was asked for must be there", "[daemon]") {
    CHECK_THROWS_WITH(loadConfig({std::filesystem::path("/nowhere/x.properties"), {}}),
                      Contains("/nowhere/x.properties"));
}

TEST_CASE("loadConfig: an unknown key is named with the nearest known one", "[daemon]") {
    CHECK_THAT(faultOf({{"api.prot", "1"}}), Contains("api.prot") && Contains("api.port"));
    CHECK_THAT(faultOf({{"worker.memoryLimit", "1"}}), Contains("worker.memoryLimitMb"));
    const TempDir folder;
    CHECK_THROWS_WITH(loadConfig({write(folder, "state.dri = /x\n"), {}}), Contains("state.dir"));
    CHECK_THROWS_WITH(loadConfig({write(folder, "api.tls = on\n"), {}}), Contains("api.tls:"));
}

TEST_CASE("loadConfig: a bad value names key, value and what is allowed", "[daemon]") {
    const std::vector<std::array<std::string, 3>> cases = {
        {"api.address", "localhost", "IP address"},
        {"api.port", "65536", "from 0 to 65535"},
        {"api.port", "80x", "from 0 to 65535"},
        {"api.port", "", "from 0 to 65535"},
        {"api.tls.mode", "maybe", "auto, on or off"},
        {"api.allowPlainHttp", "yes", "true or false"},
        {"api.trustedProxies", "proxy.example", "no address or network"},
        {"api.maxConnections", "0", "from 4 to 4096"},
        {"worker.memoryLimitMb", "-1", "from 0 to"},
        {"tools.path", "/opt/a:bin", "absolute folders"},
        {"log.level", "loud", "debug, info, warning or error"},
        {"shutdown.graceSeconds", "1.5", "from 0 to 86400"},
        {"api.tls.key", "/etc/key.pem", "together"},
        {"api.tls.certificate", "/etc/cert.pem", "together"},
    };
    for (const auto& [key, value, allowed] : cases) {
        const bool partner = key == "api.tls.key" || key == "api.tls.certificate";
        INFO(key << " = " << value);
        CHECK_THAT(faultOf({{key, value}}),
                   Contains(allowed) && (partner ? Contains("api.tls.") : Contains(key + " = " + value)));
    }
}

TEST_CASE("loadConfig: all faults are told at once", "[daemon]") {
    CHECK_THAT(faultOf({{"api.port", "x"}, {"log.level", "loud"}, {"nonsense", "1"}}),
               Contains("api.port") && Contains("log.level") && Contains("nonsense") && Contains("\n"));
}

TEST_CASE("Config: plain HTTP leaves the loopback only when told so explicitly", "[daemon]") {
    CHECK(with({{"api.address", "0.0.0.0"}}).useTls());
    CHECK(with({{"api.address", "::"}}).useTls());
    CHECK_FALSE(with({{"api.address", "::1"}}).useTls());
    CHECK_FALSE(with({{"api.address", "127.0.0.2"}}).useTls());
    CHECK(with({{"api.tls.mode", "on"}}).useTls());
    CHECK_FALSE(with({{"api.tls.mode", "off"}}).useTls());
    CHECK_THAT(faultOf({{"api.address", "0.0.0.0"}, {"api.tls.mode", "off"}}),
               Contains("api.allowPlainHttp"));
    CHECK_FALSE(
        with({{"api.address", "0.0.0.0"}, {"api.tls.mode", "off"}, {"api.allowPlainHttp", "true"}}).useTls());
    CHECK(with({{"api.address", "0.0.0.0"}, {"api.allowPlainHttp", "true"}}).useTls());
}

TEST_CASE("checkInstallation: says which part is missing", "[daemon]") {
    const TempDir folder;
    Config config =
        with({{"worker.program", (folder / "worker").string()}, {"plugins.dir", (folder / "none").string()}});
    CHECK_THROWS_WITH(checkInstallation(config), Contains("worker.program") && Contains("plugins.dir"));
    config.worker_program = "/bin/true";
    config.plugins_dir = folder.path();
    CHECK_NOTHROW(checkInstallation(config));
    config.tls_mode = TlsMode::On;
    config.tls_certificate = folder / "no.pem";
    config.tls_key = folder / "no.key";
    CHECK_THROWS_WITH(checkInstallation(config), Contains("no.pem"));
}

TEST_CASE("dbackupd.properties: lists exactly the known keys, in order, with their defaults", "[daemon]") {
    std::ifstream file(DBACKUP_SOURCE_DIR "/etc/dbackupd.properties");
    REQUIRE(file.good());
    std::vector<std::pair<std::string, std::string>> shipped;
    for (std::string line; std::getline(file, line);) {
        // "#key = value"; comments have a blank behind the "#".
        const std::size_t equals = line.find(" =");
        if (line.size() > 1 && line[0] == '#' && line[1] != ' ' && equals != std::string::npos) {
            shipped.emplace_back(line.substr(1, equals - 1), line.substr(std::min(equals + 3, line.size())));
        } else {
            CHECK((line.empty() || line.starts_with("# ") || line == "#"));
        }
    }
    std::vector<std::pair<std::string, std::string>> known;
    for (const ConfigKey& key : configKeys()) {
        known.emplace_back(key.name, key.default_value);
    }
    CHECK(shipped == known);
}

TEST_CASE("docs/configuration.md: describes every key", "[daemon]") {
    std::ifstream file(DBACKUP_SOURCE_DIR "/docs/configuration.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (const ConfigKey& key : configKeys()) {
        INFO(key.name);
        CHECK_THAT(text, Contains("`" + std::string(key.name) + "`"));
    }
}
