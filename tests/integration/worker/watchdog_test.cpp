#include "worker_driver.h"

using namespace dbackup;
using namespace dbackup::test;

TEST_CASE("dbackup-worker: one that does not stop when told kills itself after ten seconds", "[worker]") {
    const Site site;
    WorkerDriver worker("backup", toJson(site.backupRequest("{}", "hostile-hang")));
    REQUIRE(worker.until(Kind::StageStarted, "Uploading"));
    const auto start = std::chrono::steady_clock::now();
    worker.cancel();
    CHECK_FALSE(worker.result());
    const auto taken = std::chrono::steady_clock::now() - start;
    CHECK(taken >= std::chrono::seconds(9));
    CHECK(taken < std::chrono::seconds(15));
    const int status = worker.wait();
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGKILL);
    std::vector<std::string> tokens;
    for (const auto& [id, token] : worker.leftovers())
        tokens.push_back(token);
    CHECK(site.cleanup(tokens).ok);
    CHECK(site.tree().empty());
}
