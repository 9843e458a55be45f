#include "core/store/job_store.h"

#include <catch2/catch.hpp>

#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::test::adapterNamed;
using dbackup::test::at;
using dbackup::test::kindThrownBy;

namespace {

struct JobFixture : test::StoreFixture {
    JobFixture() {
        adapters.add(adapterNamed("s1"));
        for (const char* id : {"d1", "d2"}) {
            adapters.add(adapterNamed(id, AdapterType::Storage));
        }
    }

    static Job jobNamed(const std::string& id) {
        Job job;
        job.id = id;
        job.name = "name of " + id;
        job.schedule = "0 3 * * *";
        job.source_id = "s1";
        job.databases = {"a", "b\n\"ü", "c d"};
        job.compression = "GZIP";
        job.compression_level = 6;
        job.parallel = 3;
        job.format = "sql";
        job.spool_bytes = 5'000'000'000;
        job.extra = R"({"notificationEvents":"ALWAYS"})";
        job.destinations = {{id + "-2", "d2", 2, "{}"},
                            {id + "-1", "d1", 1, R"({"keep":3})", 7, 1'000'000, VerifyMode::Full}};
        job.created_at = at(1);
        job.updated_at = at(2);
        return job;
    }

    secrets::SecretBox box = secrets::SecretBox::open(folder / "master.key");
    store::AdapterStore adapters{database, box};
    store::JobStore jobs{database};
    store::ExecutionStore executions{database};
};

}  // namespace

TEST_CASE_METHOD(JobFixture, "JobStore: a job is found as it was added", "[store]") {
    jobs.add(jobNamed("j1"));
    const Job found = jobs.find("j1").value();
    CHECK(found.name == "name of j1");
    CHECK(found.schedule == "0 3 * * *");
    CHECK(found.enabled);
    CHECK(found.source_id == "s1");
    CHECK(found.databases == std::vector<std::string>{"a", "b\n\"ü", "c d"});
    CHECK(found.compression == "GZIP");
    CHECK(found.compression_level == 6);
    CHECK(found.parallel == 3);
    CHECK(found.format == "sql");
    CHECK(found.spool_bytes == 5'000'000'000);
    CHECK(found.extra == R"({"notificationEvents":"ALWAYS"})");
    CHECK(found.created_at == at(1));
    CHECK(found.updated_at == at(2));
    REQUIRE(found.destinations.size() == 2);
    CHECK(found.destinations[0].id == "j1-1");
    CHECK(found.destinations[0].adapter_id == "d1");
    CHECK(found.destinations[0].priority == 1);
    CHECK(found.destinations[0].retention == R"({"keep":3})");
    CHECK(found.destinations[0].retries == 7);
    CHECK(found.destinations[0].bandwidth_limit == 1'000'000);
    CHECK(found.destinations[0].verify == VerifyMode::Full);
    CHECK(found.destinations[1].retries == 3);
    CHECK(found.destinations[1].bandwidth_limit == 0);
    CHECK(found.destinations[1].verify == VerifyMode::Checksum);
    CHECK(found.destinations[1].id == "j1-2");
    CHECK_FALSE(jobs.find("j2"));
}

TEST_CASE_METHOD(JobFixture, "JobStore: further sources keep their order, and count as in use", "[store]") {
    for (const char* id : {"s2", "s3"}) {
        adapters.add(adapterNamed(id));
    }
    Job job = jobNamed("j1");
    job.more_source_ids = {"s3", "s2"};
    jobs.add(job);
    CHECK(jobs.find("j1").value().more_source_ids == std::vector<std::string>{"s3", "s2"});
    CHECK(jobs.list().front().more_source_ids == std::vector<std::string>{"s3", "s2"});
    CHECK(jobs.usersOf("s2") == std::vector<std::string>{"name of j1"});
    job.more_source_ids = {"s2"};
    jobs.update(job);
    CHECK(jobs.find("j1").value().more_source_ids == std::vector<std::string>{"s2"});
    CHECK(jobs.usersOf("s3").empty());
    job.more_source_ids = {"nobody"};
    CHECK(kindThrownBy([&] { jobs.update(job); }) == ErrorKind::NotFound);
    CHECK(jobs.find("j1").value().more_source_ids == std::vector<std::string>{"s2"});
    CHECK(jobs.remove("j1"));
    CHECK(jobs.usersOf("s2").empty());
}

TEST_CASE_METHOD(JobFixture,
                 "JobStore: a taken name or a missing adapter is refused, and nothing is left",
                 "[store]") {
    jobs.add(jobNamed("j1"));
    Job job = jobNamed("j2");
    job.name = "name of j1";
    CHECK_THROWS_WITH(jobs.add(job), "A job with the name \"name of j1\" already exists.");
    job = jobNamed("j2");
    job.destinations[1].adapter_id = "nobody";
    CHECK(kindThrownBy([&] { jobs.add(job); }) == ErrorKind::NotFound);
    job = jobNamed("j2");
    job.source_id = "nobody";
    CHECK_THROWS_WITH(jobs.add(job), Catch::Contains("source or one of its destinations does not exist"));
    CHECK(jobs.list().size() == 1);
    jobs.add(jobNamed("j2"));
}

TEST_CASE_METHOD(JobFixture, "JobStore: an update replaces all of it, destinations included", "[store]") {
    jobs.add(jobNamed("j1"));
    jobs.add(jobNamed("j2"));
    Job job = jobNamed("j1");
    job.name = "renamed";
    job.enabled = false;
    job.databases.clear();
    job.source_id.clear();
    job.spool_bytes = 0;
    job.destinations = {{"new", "d2", 0, "{}"}};
    job.created_at = at(77);
    job.updated_at = at(88);
    jobs.update(job);
    const Job found = jobs.find("j1").value();
    CHECK(found.name == "renamed");
    CHECK_FALSE(found.enabled);
    CHECK(found.databases.empty());
    CHECK(found.source_id.empty());
    CHECK(found.spool_bytes == 0);
    REQUIRE(found.destinations.size() == 1);
    CHECK(found.destinations[0].id == "new");
    CHECK(found.created_at == at(1));
    CHECK(found.updated_at == at(88));

    job.name = "name of j2";
    CHECK(kindThrownBy([&] { jobs.update(job); }) == ErrorKind::AlreadyExists);
    job.name = "free";
    job.destinations[0].adapter_id = "nobody";
    CHECK(kindThrownBy([&] { jobs.update(job); }) == ErrorKind::NotFound);
    CHECK(jobs.find("j1")->destinations.size() == 1);
    job.id = "nobody";
    CHECK_THROWS_WITH(jobs.update(job), "there is no job nobody");
}

TEST_CASE_METHOD(JobFixture, "JobStore: lists newest first and names the users of an adapter", "[store]") {
    for (int i = 1; i <= 3; ++i) {
        Job job = jobNamed("j" + std::to_string(i));
        job.created_at = at(i);
        if (i == 2) job.destinations.pop_back();
        jobs.add(job);
    }
    const auto all = jobs.list();
    REQUIRE(all.size() == 3);
    CHECK(all[0].id == "j3");
    CHECK(all[2].id == "j1");
    CHECK(all[0].destinations.size() == 2);
    CHECK(jobs.usersOf("s1") == std::vector<std::string>{"name of j1", "name of j2", "name of j3"});
    CHECK(jobs.usersOf("d1") == std::vector<std::string>{"name of j1", "name of j3"});
    CHECK(jobs.usersOf("nobody").empty());
}

TEST_CASE_METHOD(JobFixture, "JobStore: executions outlive their job, without its name", "[store]") {
    jobs.add(jobNamed("j1"));
    Execution execution = test::executionOf("e1", 0, "j1");
    executions.add(execution);
    CHECK(executions.find("e1")->job_id == "j1");
    CHECK(executions.find("e1")->job_name == "name of j1");
    CHECK(jobs.remove("j1"));
    CHECK_FALSE(jobs.remove("j1"));
    CHECK(executions.find("e1")->job_id.empty());
    CHECK(executions.find("e1")->job_name.empty());
    CHECK(jobs.usersOf("d1").empty());
}
