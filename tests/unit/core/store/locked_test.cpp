#include <catch2/catch.hpp>

#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::store::Connection;
using dbackup::test::kindThrownBy;

TEST_CASE_METHOD(test::StoreFixture,
                 "Database: locked by another process for too long is Unavailable",
                 "[store]") {
    Connection other(file);
    other.execute("BEGIN IMMEDIATE");
    CHECK(kindThrownBy([&] { database.flush(); }) == ErrorKind::Unavailable);
    other.execute("ROLLBACK");
    database.flush();
}
