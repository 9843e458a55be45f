#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/daemon/daemon_process.h"
#include "tests/integration/daemon/raw_client.h"

using namespace dbackup::test;
using Catch::Contains;

namespace {

unsigned modeOf(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

uid_t ownerOf(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(lstat(path.c_str(), &status) == 0);
    return status.st_uid;
}

std::string bearer(std::string key) {
    key.erase(key.find_last_not_of('\n') + 1);
    return "Authorization: Bearer " + key + "\r\n";
}

Run createKey(const std::filesystem::path& state, const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"keys", "create", "-Dstate.dir=" + state.string()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return runDaemon(arguments);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(DBACKUP_COVERAGE)
constexpr bool instrumented = true;
#else
constexpr bool instrumented = false;
#endif

}  // namespace

TEST_CASE("dbackupd: serves until SIGTERM, then ends with status 0", "[daemon]") {
    const TempDir folder;
    Service service(folder / "state");
    REQUIRE(service.ready());
    RawClient client(service.port());
    CHECK(client.get("/api/health").status == 200);
    CHECK(client.get("/api/nothing").status == 404);
    CHECK(client.get("/api/jobs").status == 401);
    CHECK_THAT(service.process().err(),
               Contains("listening on http://127.0.0.1:" + std::to_string(service.port())));
    CHECK(service.stop() == 0);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "state/dbackupd.port"));
    CHECK_THAT(service.process().err(), Contains("stopped"));
}

TEST_CASE("dbackupd: its state is closed to other users", "[daemon]") {
    const TempDir folder;
    const Service service(folder / "state");
    REQUIRE(service.ready());
    CHECK(modeOf(folder / "state") == 0700);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "state")) {
        INFO(entry.path());
        CHECK((modeOf(entry.path()) & 0077U) == 0);
    }
    CHECK(modeOf(folder.path() / "state/master.key") == 0600);
}

TEST_CASE("dbackupd: SIGHUP does not end it, SIGINT does", "[daemon]") {
    const TempDir folder;
    Service service(folder / "state");
    REQUIRE(service.ready());
    service.process().signal(SIGHUP);
    RawClient client(service.port());
    CHECK(client.get("/api/health").status == 200);
    service.process().signal(SIGINT);
    CHECK(service.process().wait() == 0);
}

TEST_CASE("dbackupd: a second one in the same state folder is refused, naming the first", "[daemon]") {
    const TempDir folder;
    Service first(folder / "state");
    REQUIRE(first.ready());
    const Run second = runDaemon({"-Dstate.dir=" + (folder / "state").string(), "-Dapi.port=0"});
    CHECK(second.status == 70);
    CHECK_THAT(second.err, Contains("process " + std::to_string(first.process().pid())));
    RawClient client(first.port());
    CHECK(client.get("/api/health").status == 200);
    first.process().signal(SIGKILL);
    CHECK(first.process().wait() == -SIGKILL);
    Service after_crash(folder / "state");
    CHECK(after_crash.ready());
}

TEST_CASE("dbackupd: a port in use is named", "[daemon]") {
    const TempDir folder;
    const Service first(folder / "one");
    REQUIRE(first.ready());
    const Run second =
        runDaemon({"-Dstate.dir=" + (folder / "two").string(), "-Dapi.port=" + std::to_string(first.port())});
    CHECK(second.status == 70);
    CHECK_THAT(second.err, Contains("127.0.0.1:" + std::to_string(first.port())));
}

TEST_CASE("dbackupd keys create: prints the key alone, before, while and after the service runs",
          "[daemon]") {
    const TempDir folder;
    const auto state = folder / "state";
    const Run before = createKey(state, {"--name=before", "--permissions=jobs:read,history:read"});
    INFO(before.err);
    REQUIRE(before.status == 0);
    CHECK(before.err.empty());
    CHECK(before.out.size() == 69);
    CHECK_THAT(before.out, Catch::StartsWith("dbackup_"));
    std::string during;
    {
        Service service(state);
        REQUIRE(service.ready());
        RawClient client(service.port());
        CHECK(client.get("/api/jobs", bearer(before.out)).status == 200);
        CHECK(client.get("/api/settings", bearer(before.out)).status == 403);
        during = createKey(state, {"--name", "during", "--permissions", "all"}).out;
        CHECK(client.get("/api/settings", bearer(during)).status == 200);
        CHECK(service.stop() == 0);
    }
    const Run again = createKey(state, {"--name=before", "--permissions=all"});
    CHECK(again.status == 70);
    CHECK(again.out.empty());
    Service service(state);
    REQUIRE(service.ready());
    RawClient client(service.port());
    CHECK(client.get("/api/settings", bearer(during)).status == 200);
}

TEST_CASE("dbackupd keys create: what root makes belongs to the folder's owner", "[daemon]") {
    if (geteuid() != 0) return;  // only root can
    constexpr uid_t nobody = 65534;
    const TempDir folder;
    const auto state = folder / "state";
    std::filesystem::create_directory(state);
    REQUIRE(chmod(folder.path().c_str(), 0711) == 0);
    REQUIRE(chown(state.c_str(), nobody, nobody) == 0);
    const Run made = createKey(state, {"--name=a", "--permissions=all"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    int files = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(state)) {
        CAPTURE(file.path());
        CHECK(ownerOf(file.path()) == nobody);
        ++files;
    }
    CHECK(files > 0);
}

TEST_CASE("dbackupd keys create: says which option is wrong and makes nothing", "[daemon]") {
    const TempDir folder;
    const auto state = folder / "state";
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{"--permissions=all"}, "name"},
        {{"--name=" + std::string(101, 'x'), "--permissions=all"}, "name"},
        {{"--name=a"}, "no permissions"},
        {{"--name=a", "--permissions="}, "no permissions"},
        {{"--name=a", "--permissions=jobs:reed"}, "'jobs:reed'"},
        {{"--name=a", "--permissions=all", "--expires=tomorrow"}, "tomorrow"},
        {{"--name=a", "--permissions=all", "--expires=2001-01-01T00:00:00Z"}, "in the past"},
    };
    for (const auto& [options, reason] : cases) {
        const Run run = createKey(state, options);
        CHECK(run.status == 78);
        CHECK(run.out.empty());
        CHECK_THAT(run.err, Contains(reason));
    }
    CHECK(createKey(state, {"--name=a", "--permissions=all", "--expires=2099-01-01T00:00:00Z"}).status == 0);
}

TEST_CASE("dbackupd check-config: a sound configuration is called so", "[daemon]") {
    const Run run = runDaemon({"check-config"});
    CHECK(run.status == 0);
    CHECK(run.out == "the configuration is sound\n");
    const TempDir folder;
    std::ofstream(folder / "my.properties") << "api.port = 9000\n";
    CHECK(runDaemon({"check-config", "--config-file=" + (folder / "my.properties").string()}).status == 0);
    CHECK(
        runDaemon({"check-config", "--config-file=" DBACKUP_SOURCE_DIR "/etc/dbackupd.properties"}).status ==
        0);
}

TEST_CASE("dbackupd check-config: says all that is wrong", "[daemon]") {
    const TempDir folder;
    std::ofstream(folder / "my.properties") << "api.prot = 9000\napi.tls.mode = maybe\n";
    const Run run = runDaemon(
        {"check-config", "--config-file=" + (folder / "my.properties").string(), "-Dlog.level=loud"});
    CHECK(run.status == 78);
    CHECK(run.out.empty());
    CHECK_THAT(
        run.err,
        Contains("api.prot") && Contains("api.port") && Contains("maybe") && Contains("log.level = loud"));
    CHECK_THAT(runDaemon({"check-config", "-Dworker.program=/nowhere/worker"}).err,
               Contains("/nowhere/worker"));
    CHECK(runDaemon({"check-config", "--config-file=/nowhere/my.properties"}).status == 78);
    CHECK(runDaemon({"-Dworker.program=/nowhere/worker", "-Dstate.dir=" + (folder / "s").string()}).status ==
          78);
}

TEST_CASE("dbackupd: wrong options are usage errors, also those that would fork", "[daemon]") {
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"--daemon"},
             {"--pidfile=/tmp/x"},
             {"--umask=000"},
             {"--no-such-option"},
             {"-Dnothing"},
             {"-D=x"},
             {"start"},
             {"keys"},
             {"keys", "delete"},
             {"check-config", "--name=x"},
         }) {
        INFO(arguments.back());
        const Run run = runDaemon(arguments);
        CHECK(run.status == 64);
        CHECK_FALSE(run.err.empty());
    }
}

TEST_CASE("dbackupd: --help and --version", "[daemon]") {
    const Run help = runDaemon({"--help"});
    CHECK(help.status == 0);
    CHECK_THAT(help.out, Contains("check-config") && Contains("keys create") && Contains("--config-file"));
    CHECK_THAT(runDaemon({"--version"}).out, Catch::StartsWith("dbackupd 0."));
}

TEST_CASE("dbackupd: plain HTTP on an address that is not a loopback one needs consent", "[daemon]") {
    const TempDir folder;
    const std::string state = "-Dstate.dir=" + (folder / "state").string();
    const Run refused = runDaemon({state, "-Dapi.port=0", "-Dapi.address=0.0.0.0", "-Dapi.tls.mode=off"});
    CHECK(refused.status == 78);
    CHECK_THAT(refused.err, Contains("api.allowPlainHttp"));
    Service service(folder / "state",
                    {"-Dapi.address=0.0.0.0", "-Dapi.tls.mode=off", "-Dapi.allowPlainHttp=true"});
    REQUIRE(service.ready());
    RawClient client(service.port());
    CHECK(client.get("/api/health").status == 200);
}

TEST_CASE("dbackupd: a plugin file that is no plugin does not keep it from starting", "[daemon]") {
    const TempDir folder;
    std::filesystem::create_directory(folder / "plugins");
    std::ofstream(folder / "plugins" / "broken.so") << "no library";
    Service service(folder / "state", {"-Dplugins.dir=" + (folder / "plugins").string()});
    REQUIRE(service.ready());
    CHECK_THAT(service.process().err(), Contains("broken.so"));
    const std::string key = createKey(folder / "state", {"--name=a", "--permissions=all"}).out;
    RawClient client(service.port());
    const auto plugins = client.get("/api/plugins", bearer(key));
    CHECK(plugins.status == 200);
    CHECK_THAT(plugins.body, Contains("broken.so") && Contains("refused"));
}

TEST_CASE("dbackupd: idle it needs little memory", "[daemon]") {
    if (instrumented) return;
    const TempDir folder;
    Service service(folder / "state");
    REQUIRE(service.ready());
    RawClient client(service.port());
    REQUIRE(client.get("/api/health").status == 200);
    const std::string status = readFile("/proc/" + std::to_string(service.process().pid()) + "/status");
    const long rss_kib = std::stol(status.substr(status.find("VmRSS:") + 6));
    CHECK(rss_kib < 25 * 1024);
    CHECK(service.stop() == 0);
}
