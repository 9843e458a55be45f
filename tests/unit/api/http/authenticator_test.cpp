#include "api/http/authenticator.h"

#include <catch2/catch.hpp>

#include "core/base/hash.h"
#include "tests/support/fake_clock.h"

using namespace dbackup;
using namespace dbackup::api;
using dbackup::test::FakeClock;

namespace {

const std::string raw_key = "dbackup_0123456789abcdef";

struct Fixture {
    FakeClock clock;
    ApiKey key;
    std::vector<std::string> uses;
    Authenticator authenticator{{[this](const std::string& hash) {
                                     return hash == key.hash ? std::optional<ApiKey>(key) : std::nullopt;
                                 },
                                 [this](const std::string& id, TimePoint) { uses.push_back(id); }},
                                clock};

    Fixture() {
        key.id = "key-1";
        key.name = "ci";
        key.hash = sha256Hex(raw_key);
        key.permissions = {"jobs:read"};
    }

    std::string refusal(std::string_view authorization) {
        try {
            authenticator.authenticate(authorization);
        } catch (const HttpError& error) {
            CHECK(error.status() == 401);
            return error.what();
        }
        return "accepted";
    }
};

}  // namespace

TEST_CASE("Authenticator: a valid key becomes its principal", "[api]") {
    Fixture fixture;
    const Principal principal = fixture.authenticator.authenticate("Bearer " + raw_key);
    CHECK(principal.key_id == "key-1");
    CHECK(principal.label == "ci");
    CHECK(principal.permissions == std::vector<std::string>{"jobs:read"});
    CHECK(fixture.refusal("Bearer  \t" + raw_key + " ") == "accepted");
}

TEST_CASE("Authenticator: anything but the literal Bearer and a known key is unauthorized", "[api]") {
    Fixture fixture;
    for (const std::string& header : {std::string(),
                                      "bearer " + raw_key,
                                      "BEARER " + raw_key,
                                      "Bearer\t" + raw_key,
                                      "Basic " + raw_key,
                                      raw_key,
                                      std::string("Bearer "),
                                      std::string("Bearer  "),
                                      std::string("Bearer 0123456789abcdef"),
                                      std::string("Bearer dbackup_wrong"),
                                      "Bearer " + raw_key + " more"}) {
        INFO(header);
        CHECK(fixture.refusal(header) == "Unauthorized");
    }
    CHECK(fixture.uses.empty());
}

TEST_CASE("Authenticator: a disabled key and an expired key say so", "[api]") {
    Fixture fixture;
    fixture.key.expires_at = fixture.clock.now() + std::chrono::seconds(1);
    CHECK(fixture.refusal("Bearer " + raw_key) == "accepted");
    fixture.clock.advance(std::chrono::seconds(1));
    CHECK(fixture.refusal("Bearer " + raw_key) == "API key has expired");
    fixture.key.enabled = false;
    CHECK(fixture.refusal("Bearer " + raw_key) == "API key is disabled");
}

TEST_CASE("Authenticator: a use is noted once a minute", "[api]") {
    Fixture fixture;
    fixture.authenticator.authenticate("Bearer " + raw_key);
    fixture.clock.advance(std::chrono::seconds(59));
    fixture.authenticator.authenticate("Bearer " + raw_key);
    CHECK(fixture.uses.size() == 1);
    fixture.clock.advance(std::chrono::seconds(1));
    fixture.authenticator.authenticate("Bearer " + raw_key);
    CHECK(fixture.uses == std::vector<std::string>{"key-1", "key-1"});
}
