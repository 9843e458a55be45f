#include "core/store/adapter_store.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::test::adapterNamed;
using dbackup::test::at;
using dbackup::test::kindThrownBy;

namespace {

struct AdapterFixture : test::StoreFixture {
    secrets::SecretBox box = secrets::SecretBox::open(folder / "master.key");
    store::AdapterStore adapters{database, box};
    store::JobStore jobs{database};

    /// Everything that lies in the folder.
    std::string allBytes() const {
        std::string bytes;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
            std::ifstream in(entry.path(), std::ios::binary);
            bytes.append(std::istreambuf_iterator<char>(in), {});
        }
        return bytes;
    }
};

}  // namespace

TEST_CASE_METHOD(AdapterFixture, "AdapterStore: an adapter is found as it was added", "[store]") {
    Adapter adapter = adapterNamed("a1", AdapterType::Storage);
    adapter.metadata = R"({"version":"15"})";
    adapter.last_status = "ONLINE";
    adapter.last_error = "none";
    adapter.last_health_check = at(3);
    adapters.add(adapter);
    const Adapter found = adapters.find("a1").value();
    CHECK(found.id == "a1");
    CHECK(found.name == "name of a1");
    CHECK(found.type == AdapterType::Storage);
    CHECK(found.adapter_id == "local-filesystem");
    CHECK(found.config == adapter.config);
    CHECK(found.secrets == adapter.secrets);
    CHECK(found.metadata == adapter.metadata);
    CHECK(found.storage_role == "DESTINATION");
    CHECK(found.last_status == "ONLINE");
    CHECK(found.last_error == "none");
    CHECK(found.last_health_check == at(3));
    CHECK(found.created_at == at(1));
    CHECK(found.updated_at == at(1));
    CHECK_FALSE(adapters.find("a2"));
}

TEST_CASE_METHOD(AdapterFixture,
                 "AdapterStore: a name is taken once for each type and storage role",
                 "[store]") {
    Adapter adapter = adapterNamed("a1", AdapterType::Storage);
    adapter.name = "same";
    adapters.add(adapter);
    adapter.id = "a2";
    CHECK_THROWS_WITH(adapters.add(adapter), Catch::Contains("\"same\" already exists"));
    adapter.storage_role = "SOURCE";
    adapters.add(adapter);
    adapter.id = "a3";
    adapter.type = AdapterType::Database;
    adapter.storage_role = "";
    adapters.add(adapter);
    adapter.id = "a1";
    CHECK(kindThrownBy([&] { adapters.update(adapter); }) == ErrorKind::AlreadyExists);
    CHECK(adapters.find("a1")->type == AdapterType::Storage);
}

TEST_CASE_METHOD(AdapterFixture, "AdapterStore: changes are kept, all but the time of creation", "[store]") {
    adapters.add(adapterNamed("a1"));
    Adapter adapter = adapterNamed("a1");
    adapter.name = "new";
    adapter.config = "{}";
    adapter.secrets = R"({"password":"other"})";
    adapter.last_status = "OFFLINE";
    adapter.created_at = at(50);
    adapter.updated_at = at(60);
    adapters.update(adapter);
    const Adapter found = adapters.find("a1").value();
    CHECK(found.name == "new");
    CHECK(found.config == "{}");
    CHECK(found.secrets == R"({"password":"other"})");
    CHECK(found.last_status == "OFFLINE");
    CHECK(found.created_at == at(1));
    CHECK(found.updated_at == at(60));
    adapter.id = "nobody";
    adapter.name = "free";
    CHECK(kindThrownBy([&] { adapters.update(adapter); }) == ErrorKind::NotFound);
}

TEST_CASE_METHOD(AdapterFixture, "AdapterStore: lists one type, newest first", "[store]") {
    for (int i = 1; i <= 3; ++i) {
        Adapter adapter = adapterNamed("a" + std::to_string(i));
        adapter.created_at = at(i);
        adapters.add(adapter);
    }
    adapters.add(adapterNamed("d1", AdapterType::Storage));
    const auto sources = adapters.list(AdapterType::Database);
    REQUIRE(sources.size() == 3);
    CHECK(sources[0].id == "a3");
    CHECK(sources[2].id == "a1");
    CHECK(sources[2].secrets == R"({"password":"canary"})");
    CHECK(adapters.list(AdapterType::Notification).empty());
}

TEST_CASE_METHOD(AdapterFixture, "AdapterStore: what a job uses cannot be removed", "[store]") {
    adapters.add(adapterNamed("s1"));
    adapters.add(adapterNamed("d1", AdapterType::Storage));
    Job job;
    job.id = "j1";
    job.name = "nightly";
    job.source_id = "s1";
    job.destinations = {{"jd1", "d1", 0, "{}"}};
    jobs.add(job);
    CHECK(kindThrownBy([&] { adapters.remove("s1"); }) == ErrorKind::AlreadyExists);
    CHECK(kindThrownBy([&] { adapters.remove("d1"); }) == ErrorKind::AlreadyExists);
    REQUIRE(jobs.remove("j1"));
    CHECK(adapters.remove("s1"));
    CHECK_FALSE(adapters.remove("s1"));
}

TEST_CASE_METHOD(AdapterFixture, "AdapterStore: no byte in the folder shows a secret", "[store]") {
    Adapter adapter = adapterNamed("a1");
    adapter.secrets = R"({"password":"kanarienvogel-4711"})";
    adapters.add(adapter);
    // First the write-ahead log has it, then the file itself.
    CHECK(allBytes().find("localhost") != std::string::npos);
    CHECK(allBytes().find("kanarienvogel") == std::string::npos);
    database.write(
        [](store::Connection& connection) { connection.execute("UPDATE adapters SET name = 'x'"); });
    store::Database second(file, log);
    CHECK(allBytes().find("kanarienvogel") == std::string::npos);
}

TEST_CASE_METHOD(AdapterFixture,
                 "AdapterStore: sealed secrets cannot be moved to another adapter",
                 "[store]") {
    adapters.add(adapterNamed("a1"));
    adapters.add(adapterNamed("a2"));
    database.write([](store::Connection& connection) {
        connection.execute(
            "UPDATE adapters SET secrets = (SELECT secrets FROM adapters WHERE id = 'a1') WHERE id = 'a2'");
    });
    CHECK(adapters.find("a1"));
    CHECK(kindThrownBy([&] { adapters.find("a2"); }) == ErrorKind::Integrity);
    CHECK(kindThrownBy([&] { adapters.list(AdapterType::Database); }) == ErrorKind::Integrity);
}
