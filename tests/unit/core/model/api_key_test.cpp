#include "core/model/api_key.h"

#include <catch2/catch.hpp>

using namespace dbackup;

TEST_CASE("knownPermissions: has the 38 of the contract", "[model]") {
    CHECK(knownPermissions().size() == 38);
    CHECK(knownPermissions().contains("jobs:execute"));
    CHECK_FALSE(knownPermissions().contains("storage:write"));
}

TEST_CASE("grants: wants the permission itself, but sources:read implies sources:view", "[model]") {
    CHECK(grants({"jobs:read", "jobs:execute"}, "jobs:execute"));
    CHECK_FALSE(grants({"jobs:read"}, "jobs:execute"));
    CHECK_FALSE(grants({}, "jobs:execute"));
    CHECK(grants({"sources:read"}, "sources:view"));
    CHECK_FALSE(grants({"sources:view"}, "sources:read"));
}

TEST_CASE("newRawKey: is dbackup_ and 60 hex digits", "[model]") {
    const std::string key = newRawKey();
    CHECK(key.size() == 68);
    CHECK(key.rfind("dbackup_", 0) == 0);
    CHECK(key != newRawKey());
}
