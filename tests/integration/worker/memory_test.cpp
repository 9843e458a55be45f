#include "worker_driver.h"

using namespace dbackup;
using namespace dbackup::test;

namespace {

/// The most memory that a backup of so many bytes held, in KiB.
long peakOf(std::uint64_t bytes, const std::string& compression) {
    const Site site;
    auto request = site.backupRequest(R"({"bytes":)" + std::to_string(bytes) + "}");
    request.compression = compression;
    WorkerDriver worker("backup", toJson(request));
    long peak = 0;
    while (const std::optional<Event> event = worker.next()) {
        peak = std::max(peak, worker.status("VmHWM"));
        if (event->kind == Kind::Result) CHECK(event->ok);
    }
    return peak;
}

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("dbackup-worker: its memory is the same for ten times the data, and below the limit", "[worker]") {
    const std::string compression = GENERATE("zstd", "none");
    const long small = peakOf(50'000'000, compression);
    const long large = peakOf(500'000'000, compression);
    CAPTURE(compression, small, large);
    CHECK(small > 1000);
    CHECK(large < 96 * 1024);
    CHECK(large < small * 5 / 4);
}
#else
TEST_CASE("dbackup-worker: is measured without sanitizers", "[worker]") {
    CHECK(peakOf(1'000'000, "zstd") > 0);
}
#endif
