#include "core/store/backup_index.h"

#include <catch2/catch.hpp>

#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::test::adapterNamed;
using dbackup::test::at;
using store::BackupIndex;
using store::IndexedBackup;

namespace {

struct IndexFixture : test::StoreFixture {
    IndexFixture() {
        for (const char* id : {"d1", "d2"}) {
            adapters.add(adapterNamed(id, AdapterType::Storage));
        }
    }
    static IndexedBackup backup(const std::string& path, std::int64_t created_at, std::int64_t size = 10) {
        IndexedBackup made;
        made.path = path;
        made.created_at = at(created_at);
        made.modified = at(created_at + 5);
        made.manifest_bytes = 700;
        made.size_bytes = size;
        made.manifest = "text of " + path;
        return made;
    }
    std::vector<std::string> paths(const std::string& destination = "d1") const {
        std::vector<std::string> found;
        for (const auto& one : index.list(destination))
            found.push_back(one.path);
        return found;
    }
    void replace(const std::vector<IndexedBackup>& backups, std::int64_t now = 100) {
        index.replace("d1", {at(now), "hash"}, backups, index.changes("d1"));
    }
    void changed(const std::string& path) {
        index.changedLater("d1", path);
        database.flush();
    }
    using Paths = std::vector<std::string>;

    secrets::SecretBox box = secrets::SecretBox::open(folder / "master.key");
    store::AdapterStore adapters{database, box};
    BackupIndex index{database};
};

}  // namespace

TEST_CASE_METHOD(IndexFixture, "BackupIndex: a listing replaces what was known before", "[store]") {
    CHECK_FALSE(index.listing("d1"));
    replace({backup("j/old", 1), backup("j/new", 2)});
    CHECK(paths() == Paths{"j/new", "j/old"});
    CHECK(index.listing("d1")->listed_at == at(100));
    CHECK(index.listing("d1")->settings_hash == "hash");
    CHECK(paths("d2").empty());
    const IndexedBackup found = index.find("d1", "j/old").value();
    CHECK(found.manifest == "text of j/old");
    CHECK(found.modified == at(6));
    CHECK(found.manifest_bytes == 700);
    CHECK_FALSE(found.verification);

    IndexedBackup same = backup("j/new", 9);
    same.unchanged = true;
    same.manifest.clear();
    replace({same, backup("j/third", 3)});
    CHECK(paths() == Paths{"j/third", "j/new"});
    CHECK(index.find("d1", "j/new")->manifest == "text of j/new");
    CHECK_FALSE(index.find("d1", "j/old"));
}

TEST_CASE_METHOD(IndexFixture, "BackupIndex: a change stays on record until it was looked at", "[store]") {
    replace({backup("j/a", 1), backup("j/b", 2)});
    changed("j/a");
    changed("j/c");
    auto seen = index.changes("d1");
    REQUIRE(seen.size() == 2);
    // While it is looked at, it changes again.
    changed("j/a");
    index.update("d1", {backup("j/c", 3)}, seen, at(200));
    CHECK(paths() == Paths{"j/c", "j/b"});
    seen = index.changes("d1");
    REQUIRE(seen.size() == 1);
    CHECK(seen.front().path == "j/a");
    replace({backup("j/a", 1)});
    CHECK(index.changes("d1").empty());
    index.changedLater("no such destination", "j/a");
    database.flush();
    CHECK(index.changes("no such destination").empty());
}

TEST_CASE_METHOD(IndexFixture, "BackupIndex: checks are shown with their backup and go with it", "[store]") {
    replace({backup("j/a", 1)});
    index.verified("d1", "j/a", {at(50), false, "manual", "shop.zst is missing"});
    const auto check = index.find("d1", "j/a")->verification;
    REQUIRE(check);
    CHECK(check->verified_at == at(50));
    CHECK_FALSE(check->passed);
    CHECK(check->trigger == "manual");
    CHECK(check->error == "shop.zst is missing");
    index.verified("d1", "j/a", {at(60), true, "scheduled", ""});
    CHECK(index.list("d1").front().verification->passed);
    index.erase("d1", {"j/a", "j/none"});
    replace({backup("j/a", 1)});
    CHECK_FALSE(index.find("d1", "j/a")->verification);
}

TEST_CASE_METHOD(IndexFixture, "BackupIndex: deletions stay on record until they have ended", "[store]") {
    index.beginRemoval("d1", {"j/a", "j/b"});
    index.beginRemoval("d1", {"j/a"});
    index.endRemoval("d1", {"j/b"});
    REQUIRE(index.removals().size() == 1);
    CHECK(index.removals().front().destination_id == "d1");
    CHECK(index.removals().front().path == "j/a");
}

TEST_CASE_METHOD(IndexFixture, "BackupIndex: each day on which it was listed leaves a size", "[store]") {
    constexpr std::int64_t day = 86'400'000;
    replace({backup("j/a", 1, 100)}, 0);
    replace({backup("j/a", 1, 100), backup("j/b", 2, 50)}, 1000);
    replace({backup("j/b", 2, 50)}, 2 * day);
    const auto days = index.snapshots("d1", store::dayOf(at(0)));
    REQUIRE(days.size() == 2);
    CHECK(days[0].date == store::dayOf(at(0)));
    CHECK(days[0].size_bytes == 150);
    CHECK(days[0].backups == 2);
    CHECK(days[1].size_bytes == 50);
    CHECK(index.snapshots("d1", store::dayOf(at(day))).size() == 1);
    // What is older than a year goes.
    replace({}, 368 * day);
    CHECK(index.snapshots("d1", store::dayOf(at(0))).size() == 2);
}

TEST_CASE_METHOD(IndexFixture, "BackupIndex: it goes with its destination", "[store]") {
    replace({backup("j/a", 1)});
    index.beginRemoval("d1", {"j/a"});
    CHECK(adapters.remove("d1"));
    CHECK(paths().empty());
    CHECK_FALSE(index.listing("d1"));
    CHECK(index.removals().empty());
}
