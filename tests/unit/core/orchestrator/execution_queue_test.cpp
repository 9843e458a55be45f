#include "core/orchestrator/execution_queue.h"

#include <chrono>

#include <catch2/catch.hpp>

using dbackup::orchestrator::ExecutionQueue;

namespace {

std::string take(ExecutionQueue& queue, std::size_t slots = 10) {
    const auto entry = queue.take(slots);
    return entry ? entry->execution_id : "";
}

}  // namespace

TEST_CASE("ExecutionQueue: what was accepted first runs first, in whatever order it was added", "[queue]") {
    ExecutionQueue queue;
    queue.add({3, "c", "job-c"});
    queue.add({1, "a", "job-a"});
    queue.add({2, "b", "job-b"});
    CHECK(queue.waiting() == 3);
    CHECK(take(queue) == "a");
    CHECK(take(queue) == "b");
    CHECK(take(queue) == "c");
    CHECK(take(queue).empty());
    CHECK(queue.waiting() == 0);
    CHECK(queue.running() == 3);
}

TEST_CASE("ExecutionQueue: no more run than there are slots", "[queue]") {
    ExecutionQueue queue;
    queue.add({1, "a", "job-a"});
    queue.add({2, "b", "job-b"});
    CHECK(take(queue, 1) == "a");
    CHECK(take(queue, 1).empty());
    queue.ended("a");
    CHECK(take(queue, 1) == "b");
    CHECK(take(queue, 0).empty());
}

TEST_CASE("ExecutionQueue: a job never runs beside itself, and others pass", "[queue]") {
    ExecutionQueue queue;
    queue.add({1, "a1", "job-a"});
    queue.add({2, "a2", "job-a"});
    queue.add({3, "b1", "job-b"});
    queue.add({4, "a3", "job-a"});
    CHECK(take(queue) == "a1");
    CHECK(take(queue) == "b1");
    CHECK(take(queue).empty());
    queue.ended("a1");
    CHECK(take(queue) == "a2");
    queue.ended("b1");
    CHECK(take(queue).empty());
    queue.ended("a2");
    CHECK(take(queue) == "a3");
}

TEST_CASE("ExecutionQueue: executions without a job exclude nothing", "[queue]") {
    ExecutionQueue queue;
    queue.add({1, "restore-1", ""});
    queue.add({2, "restore-2", ""});
    CHECK(take(queue) == "restore-1");
    CHECK(take(queue) == "restore-2");
}

TEST_CASE("ExecutionQueue: what was removed does not run and holds nothing up", "[queue]") {
    ExecutionQueue queue;
    queue.add({1, "a1", "job-a"});
    queue.add({2, "a2", "job-a"});
    CHECK(queue.remove("a1"));
    CHECK_FALSE(queue.remove("a1"));
    CHECK_FALSE(queue.remove("unknown"));
    CHECK(take(queue) == "a2");
    CHECK_FALSE(queue.remove("a2"));
}

TEST_CASE("ExecutionQueue: an execution is in it once", "[queue]") {
    ExecutionQueue queue;
    queue.add({1, "a", "job-a"});
    queue.add({1, "a", "job-a"});
    CHECK(queue.waiting() == 1);
    CHECK(take(queue) == "a");
    queue.add({1, "a", "job-a"});
    CHECK(queue.waiting() == 0);
    queue.ended("unknown");
    CHECK(queue.running() == 1);
}

TEST_CASE("ExecutionQueue: many waiting runs of a busy job cost nothing", "[queue]") {
    ExecutionQueue queue;
    constexpr int many = 50'000;
    for (int i = 0; i < many; ++i) {
        queue.add({i, "a" + std::to_string(i), "job-a"});
    }
    CHECK(take(queue) == "a0");
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < many; ++i) {
        REQUIRE(take(queue).empty());
    }
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}
