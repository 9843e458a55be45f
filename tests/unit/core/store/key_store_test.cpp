#include "core/store/key_store.h"

#include <catch2/catch.hpp>

#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::test::at;
using dbackup::test::kindThrownBy;

namespace {

struct KeyFixture : test::StoreFixture {
    static ApiKey keyNamed(const std::string& id) {
        ApiKey key;
        key.id = id;
        key.name = "name of " + id;
        key.prefix = "dbackup_01234567";
        key.hash = "hash of " + id;
        key.permissions = {"jobs:execute", "history:read"};
        key.expires_at = at(100);
        key.created_at = at(1);
        return key;
    }

    store::KeyStore keys{database};
};

}  // namespace

TEST_CASE_METHOD(KeyFixture, "KeyStore: a key is found by id and by hash as it was added", "[store]") {
    keys.add(keyNamed("k1"));
    for (const auto& found : {keys.find("k1"), keys.findByHash("hash of k1")}) {
        REQUIRE(found);
        CHECK(found->id == "k1");
        CHECK(found->name == "name of k1");
        CHECK(found->prefix == "dbackup_01234567");
        CHECK(found->hash == "hash of k1");
        CHECK(found->permissions == std::vector<std::string>{"jobs:execute", "history:read"});
        CHECK(found->expires_at == at(100));
        CHECK(found->enabled);
        CHECK_FALSE(found->last_used_at);
        CHECK(found->created_at == at(1));
    }
    CHECK_FALSE(keys.find("k2"));
    CHECK_FALSE(keys.findByHash("HASH OF K1"));
}

TEST_CASE_METHOD(KeyFixture, "KeyStore: names are taken once", "[store]") {
    keys.add(keyNamed("k1"));
    ApiKey key = keyNamed("k2");
    key.name = "name of k1";
    CHECK_THROWS_WITH(keys.add(key), "An API key with the name \"name of k1\" already exists.");
    keys.add(keyNamed("k2"));
    CHECK(kindThrownBy([&] { keys.update(key); }) == ErrorKind::AlreadyExists);
}

TEST_CASE_METHOD(KeyFixture, "KeyStore: a key is changed, used and removed", "[store]") {
    keys.add(keyNamed("k1"));
    keys.usedLater("k1", at(7));
    database.flush();
    ApiKey key = keyNamed("k1");
    key.enabled = false;
    key.permissions.clear();
    key.expires_at.reset();
    key.hash = "rotated";
    key.prefix = "dbackup_rotated1";
    keys.update(key);
    const ApiKey found = keys.findByHash("rotated").value();
    CHECK_FALSE(found.enabled);
    CHECK(found.permissions.empty());
    CHECK_FALSE(found.expires_at);
    CHECK(found.prefix == "dbackup_rotated1");
    CHECK(found.last_used_at == at(7));
    CHECK_FALSE(keys.findByHash("hash of k1"));
    CHECK(keys.remove("k1"));
    CHECK_FALSE(keys.remove("k1"));
    CHECK(kindThrownBy([&] { keys.update(key); }) == ErrorKind::NotFound);
}

TEST_CASE_METHOD(KeyFixture, "KeyStore: lists newest first", "[store]") {
    for (int i = 1; i <= 3; ++i) {
        ApiKey key = keyNamed("k" + std::to_string(i));
        key.created_at = at(i);
        keys.add(key);
    }
    REQUIRE(keys.list().size() == 3);
    CHECK(keys.list()[0].id == "k3");
}
