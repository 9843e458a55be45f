#include "core/worker/object_names.h"

#include <catch2/catch.hpp>

using namespace dbackup;
using worker::ObjectNames;

TEST_CASE("ObjectNames: database, format and compression make the name", "[worker]") {
    ObjectNames names("zst");
    CHECK(names.next({"shop", "dump", "database", "{}"}) == "shop.dump.zst");
    CHECK(names.next({"globals", "sql", "globals", "{}"}) == "globals.sql.zst");
    ObjectNames plain("");
    CHECK(plain.next({"shop", "dump", "database", "{}"}) == "shop.dump");
}

TEST_CASE("ObjectNames: no two objects share a name, whatever the file system makes of case", "[worker]") {
    ObjectNames names("");
    CHECK(names.next({"shop", "sql", "", ""}) == "shop.sql");
    CHECK(names.next({"Shop", "sql", "", ""}) == "Shop~2.sql");
    CHECK(names.next({"SHOP", "sql", "", ""}) == "SHOP~3.sql");
    CHECK(names.next({"shop", "dump", "", ""}) == "shop.dump");
}

TEST_CASE("ObjectNames: nothing can take the manifest's name or lead out of the folder", "[worker]") {
    ObjectNames names("");
    CHECK(names.next({"manifest", "json", "", ""}) == "manifest~2.json");
    CHECK(names.next({"../../etc", "sql", "", ""}).find('/') == std::string::npos);
}
