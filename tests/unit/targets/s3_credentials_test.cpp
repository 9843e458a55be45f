#include <fstream>
#include <map>

#include <catch2/catch.hpp>

#include "credential_chain.h"
#include "tests/support/objects.h"
#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::s3;
using Catch::Matchers::Contains;
using sdk::ErrorKind;
using test::errorFrom;

namespace {

Environment environmentOf(std::map<std::string, std::string> variables) {
    return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

struct SharedFile {
    explicit SharedFile(const std::string& text) {
        std::ofstream((folder / "credentials").string()) << text;
        variables["AWS_SHARED_CREDENTIALS_FILE"] = (folder / "credentials").string();
        variables["AWS_EC2_METADATA_DISABLED"] = "true";
    }
    Credentials get(const std::string& profile = {}) {
        return CredentialChain(profile, environmentOf(variables)).get(run);
    }
    test::TempDir folder;
    std::map<std::string, std::string> variables;
    test::RecordingRun run;
};

const std::string two_profiles =
    "# comment\n[default]\naws_access_key_id = first\naws_secret_access_key=one\n\n"
    "[ other ]\r\naws_access_key_id=second\r\naws_secret_access_key = "
    "two=with=equals\r\naws_session_token=token\r\n"
    "[role]\nrole_arn = arn\n";

class CountingSource final : public CredentialSource {
public:
    explicit CountingSource(std::chrono::seconds valid) : valid_(valid) {}
    Credentials get(sdk::RunContext& /*run*/) override {
        ++asked;
        return {"id",
                sdk::SecretString("secret"),
                sdk::SecretString(),
                std::chrono::system_clock::now() + valid_};
    }
    static inline int asked = 0;

private:
    const std::chrono::seconds valid_;
};

}  // namespace

TEST_CASE("CredentialChain: the environment comes first", "[s3]") {
    SharedFile file(two_profiles);
    file.variables["AWS_ACCESS_KEY_ID"] = "of the environment";
    CHECK(file.get().access_key_id == "first");  // one of the two is no pair
    file.variables["AWS_SECRET_ACCESS_KEY"] = "s";
    file.variables["AWS_SESSION_TOKEN"] = "t";
    CHECK(file.get().access_key_id == "of the environment");
    CHECK(file.get().session_token.reveal() == "t");
    CHECK(file.get("other").access_key_id == "second");  // a profile that is named is meant
}

TEST_CASE("CredentialChain: sections of the shared file", "[s3]") {
    SharedFile file(two_profiles);
    CHECK(file.get().secret_access_key.reveal() == "one");
    CHECK(file.get("other").secret_access_key.reveal() == "two=with=equals");
    CHECK(file.get("other").session_token.reveal() == "token");
    file.variables["AWS_PROFILE"] = "other";
    CHECK(file.get().access_key_id == "second");
    CHECK_THAT(errorFrom([&] { file.get("absent"); }).what(), Contains("absent"));
    CHECK_THAT(errorFrom([&] { file.get("role"); }).text(), Contains("not followed"));
}

TEST_CASE("CredentialChain: nothing anywhere is told with all places", "[s3]") {
    test::RecordingRun run;
    CredentialChain chain("",
                          environmentOf({{"HOME", "/nonexistent"}, {"AWS_EC2_METADATA_DISABLED", "true"}}));
    const sdk::Error error = errorFrom([&] { chain.get(run); });
    CHECK(error.kind() == ErrorKind::Authentication);
    CHECK_THAT(error.text(), Contains("environment") && Contains("shared file") && Contains("role"));
}

TEST_CASE("CredentialChain: the container's token is not sent to anybody", "[s3]") {
    test::RecordingRun run;
    CredentialChain chain("",
                          environmentOf({{"HOME", "/nonexistent"},
                                         {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.invalid/x"},
                                         {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "secret"}}));
    const sdk::Error error = errorFrom([&] { chain.get(run); });
    CHECK(error.kind() == ErrorKind::Settings);
    CHECK_THAT(error.text(), !Contains("secret"));
}

TEST_CASE("KeptCredentials: asked again only when they are about to expire, and masked", "[s3]") {
    test::RecordingRun run;
    CountingSource::asked = 0;
    KeptCredentials kept(std::make_unique<CountingSource>(std::chrono::hours(1)));
    kept.get(run);
    kept.get(run);
    CHECK(CountingSource::asked == 1);
    CHECK(run.masked() == std::vector<std::string>{"secret"});
    KeptCredentials expiring(std::make_unique<CountingSource>(std::chrono::minutes(3)));
    expiring.get(run);
    expiring.get(run);
    CHECK(CountingSource::asked == 3);
}
