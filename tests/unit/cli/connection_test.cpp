#include "cli/connection.h"

#include <fstream>
#include <map>

#include <catch2/catch.hpp>

#include "cli/failure.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::cli;

namespace {

struct ProfileFixture {
    test::TempDir folder;
    std::map<std::string, std::string> variables = {{"DBACKUP_PROFILES", folder / "profiles.yaml"}};

    ProfileFixture() {
        write("profiles.yaml",
              "default: office\n"
              "profiles:\n"
              "  office: {url: 'https://office.example.com:8484/', apiKey: dbackup_office, caFile: ca.pem}\n"
              "  lab: {url: http://127.0.0.1:9000, apiKeyFile: lab.key, skipTlsVerify: true}\n");
        write("lab.key", "dbackup_lab\n");
    }
    void write(const std::string& name, const std::string& text, int mode = 0600) const {
        std::ofstream(folder / name) << text;
        std::filesystem::permissions(folder / name, std::filesystem::perms(mode));
    }
    Connection connection(const ConnectionOptions& options = {}) const {
        return connectionFrom(options, [this](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        });
    }
    std::string fault(const ConnectionOptions& options = {}) const {
        try {
            connection(options);
            return "none";
        } catch (const Failure& failure) {
            CHECK(failure.code() == ExitCode::Usage);
            return failure.what();
        }
    }
};

}  // namespace

TEST_CASE("connectionFrom: the default profile, a named one, variables, options", "[cli]") {
    ProfileFixture fixture;
    CHECK(fixture.connection().url == "https://office.example.com:8484");
    CHECK(fixture.connection().api_key == "dbackup_office");
    CHECK(fixture.connection().ca_file == (fixture.folder / "ca.pem").string());

    const Connection lab = fixture.connection({.profile = "lab"});
    CHECK(lab.url == "http://127.0.0.1:9000");
    CHECK(lab.api_key == "dbackup_lab");
    CHECK(lab.skip_tls_verify);

    fixture.variables["DBACKUP_URL"] = "http://elsewhere.example.com/api/";
    CHECK(fixture.connection().url == "http://elsewhere.example.com");
    CHECK(fixture.connection({.profile = "lab"}).url == "http://127.0.0.1:9000");
    CHECK(fixture.connection({.url = "http://third.example.com"}).url == "http://third.example.com");
    fixture.variables["DBACKUP_SKIP_TLS_VERIFY"] = "1";
    CHECK(fixture.connection().skip_tls_verify);
}

TEST_CASE("connectionFrom: a profile's key goes to no other server", "[cli]") {
    ProfileFixture fixture;
    CHECK(fixture.connection({.url = "http://third.example.com"}).api_key.empty());
    fixture.variables["DBACKUP_URL"] = "http://elsewhere.example.com";
    CHECK(fixture.connection().api_key.empty());
    fixture.variables["DBACKUP_API_KEY"] = "dbackup_variable";
    CHECK(fixture.connection().api_key == "dbackup_variable");
    CHECK(fixture.connection({.profile = "lab"}).api_key == "dbackup_lab");
}

TEST_CASE("connectionFrom: files with keys that others may read are refused", "[cli]") {
    const ProfileFixture fixture;
    fixture.write("lab.key", "dbackup_lab\n", 0640);
    CHECK_THAT(fixture.fault({.profile = "lab"}), Catch::Contains("other users may read"));
    fixture.write("profiles.yaml", "default: office\n", 0644);
    CHECK_THAT(fixture.fault(), Catch::Contains("other users may read"));
}

TEST_CASE("connectionFrom: what is wrong with profiles and addresses is told", "[cli]") {
    const ProfileFixture fixture;
    CHECK_THAT(fixture.fault({.profile = "moon"}), Catch::Contains("no profile \"moon\""));
    CHECK_THAT(fixture.fault({.url = "example.com:8484"}), Catch::Contains("no address of a server"));
    CHECK_THAT(fixture.fault({.url = "ftp://example.com"}), Catch::Contains("no address of a server"));
    fixture.write("profiles.yaml", "profiles: {x: {adress: http://a}}\ndefault: x\n");
    CHECK_THAT(fixture.fault(), Catch::Contains("\"adress\" is not known"));
    fixture.write("profiles.yaml", "profiles: [\n");
    CHECK_THAT(fixture.fault(), Catch::Contains("profiles.yaml:"));
}

TEST_CASE("connectionFrom: without anything it is the server on this machine", "[cli]") {
    ProfileFixture fixture;
    fixture.variables["DBACKUP_PROFILES"] = fixture.folder / "none";
    CHECK(fixture.connection().url == "http://127.0.0.1:8484");
    CHECK(fixture.connection().api_key.empty());
}
