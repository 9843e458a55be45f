#include "core/store/managed_store.h"

#include <catch2/catch.hpp>

#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::store::ManagedStore;

TEST_CASE_METHOD(test::StoreFixture,
                 "ManagedStore: an object belongs to one set, the last that took it",
                 "[store]") {
    ManagedStore managed(database);
    managed.mark({"Job", "1"}, "a");
    managed.mark({"ApiKey", "1"}, "a");
    managed.mark({"Job", "1"}, "b");
    CHECK(managed.setOf({"Job", "1"}) == "b");
    CHECK(managed.setOf({"Job", "2"}).empty());
    REQUIRE(managed.list("a").size() == 1);
    CHECK(managed.list("a").front().kind == "ApiKey");
    managed.unmark({"Job", "1"});
    CHECK(managed.list("b").empty());
}
