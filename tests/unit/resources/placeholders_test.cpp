#include "resources/placeholders.h"

#include <fstream>

#include <Poco/JSON/Object.h>
#include <catch2/catch.hpp>

#include "resources/yaml_json.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::resources;

namespace {

struct PlaceholderFixture {
    test::TempDir folder;
    Placeholders::Environment environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "HOST") return "db.example.com";
        if (name == "TRICK") return "${env:HOST}";
        return std::nullopt;
    };

    Poco::JSON::Object::Ptr resolve(const std::string& yaml, bool keep_missing = false) const {
        const auto document = parseYaml(yaml, "x.yaml").front().value;
        return Placeholders(environment, folder.path(), keep_missing)
            .resolve(document, "x.yaml:1")
            .extract<Poco::JSON::Object::Ptr>();
    }
    std::string faultOf(const std::string& yaml, bool keep_missing = false) const {
        try {
            resolve(yaml, keep_missing);
            return "none";
        } catch (const Fault& fault) {
            return fault.what();
        }
    }
};

}  // namespace

TEST_CASE("Placeholders: variables and files are put in, within texts too", "[resources]") {
    const PlaceholderFixture fixture;
    std::ofstream(fixture.folder / "secret") << "pass word\n\n";
    CHECK(fixture.resolve("a: https://${env:HOST}/x")->getValue<std::string>("a") ==
          "https://db.example.com/x");
    // The last line feed is the editor's, one before it is the secret's.
    CHECK(fixture.resolve("a: ${file:secret}")->getValue<std::string>("a") == "pass word\n");
    CHECK(fixture.resolve("a: ${file:" + (fixture.folder / "secret").string() + "}")->has("a"));
}

TEST_CASE("Placeholders: what is put in is not looked at again", "[resources]") {
    const PlaceholderFixture fixture;
    CHECK(fixture.resolve("a: ${env:TRICK}")->getValue<std::string>("a") == "${env:HOST}");
    CHECK(fixture.resolve("a: '$${env:HOST} $5'")->getValue<std::string>("a") == "${env:HOST} $5");
}

TEST_CASE("Placeholders: every missing one is told, with its place", "[resources]") {
    const PlaceholderFixture fixture;
    CHECK(fixture.faultOf("config: {a: '${env:NONE}', b: ['x ${file:none}']}") ==
          "x.yaml:1: config.a: the environment has no variable NONE\n"
          "x.yaml:1: config.b[0]: cannot read " +
              (fixture.folder / "none").string());
    CHECK_THAT(fixture.faultOf("a: '${other}'"), Catch::Contains("neither ${env:NAME} nor ${file:PATH}"));
    CHECK_THAT(fixture.faultOf("a: '${env:HOST'"), Catch::Contains("without"));
}

TEST_CASE("Placeholders: a missing one is left out when the server is to keep its secret", "[resources]") {
    const PlaceholderFixture fixture;
    const auto document = fixture.resolve("config: {user: u, password: '${env:NONE}'}", true);
    CHECK(document->getObject("config")->has("user"));
    CHECK_FALSE(document->getObject("config")->has("password"));
    // In the middle of a text there is nothing to leave out.
    CHECK_THAT(fixture.faultOf("a: 'x${env:NONE}'", true), Catch::Contains("no variable NONE"));
}
