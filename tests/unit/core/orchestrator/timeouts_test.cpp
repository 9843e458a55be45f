#include "fixture.h"

using namespace dbackup;
using namespace dbackup::test;

TEST_CASE("Orchestrator: a server that does not answer a test is given 10 seconds", "[orchestrator]") {
    OrchestratorFixture world;
    auto settings = newObject();
    settings->set("script", "hang");
    const auto begin = std::chrono::steady_clock::now();
    CHECK(textThrownBy([&] { world->test(AdapterType::Database, "fake", toText(JsonVar(settings))); }) ==
          "Connection test timed out after 10s. Check the host and port settings.");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(15));
}

TEST_CASE("Orchestrator: a source that does not answer is named", "[orchestrator]") {
    OrchestratorFixture world;
    CHECK(has(textThrownBy([&] { world->databases(world.addSource("shop", "hang")); }),
              "'shop' did not answer within 30 s"));
}

TEST_CASE("WorkerProcess: a worker that does not take its request is killed", "[worker]") {
    OrchestratorFixture world;
    world.worker.program = "/usr/bin/sleep";
    JsonObject request;
    request.set("text", std::string(4U << 20, 'x'));
    const Log log(Log::Level::Error);
    CHECK(kindThrownBy([&] { orchestrator::WorkerProcess worker(world.worker, "60", request, log); }) ==
          ErrorKind::Unavailable);
}
