#include "api/handlers/health.h"

#include <fstream>

#include <malloc.h>
#include <unistd.h>

#include "api/handlers/json_writer.h"

namespace dbackup::api {

namespace {

std::int64_t megabytes(std::size_t bytes) {
    return static_cast<std::int64_t>(bytes >> 20U);
}

std::size_t residentBytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total_pages = 0;
    std::size_t resident_pages = 0;
    statm >> total_pages >> resident_pages;
    return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void writeMemory(JsonWriter& out) {
    const auto heap = mallinfo2();
    out.beginObject("memory")
        .number("rss", megabytes(residentBytes()))
        .number("heapUsed", megabytes(heap.uordblks + heap.hblkhd))
        .number("heapTotal", megabytes(heap.arena + heap.hblkhd))
        .end();
}

}  // namespace

Response health(const Services& services, std::chrono::steady_clock::time_point started) {
    using std::chrono::duration_cast;
    const auto begin = services.clock.steady();
    JsonWriter out;
    out.beginObject();
    int status = 200;
    try {
        services.keys.find("whatever: the store must read its file for it");
        out.text("status", "healthy")
            .number("uptime", duration_cast<std::chrono::seconds>(begin - started).count())
            .time("timestamp", services.clock.now())
            .text("database", "connected");
        writeMemory(out);
    } catch (const std::exception& error) {
        services.log.error(std::string("the history store does not answer: ") + error.what());
        status = 503;
        out.text("status", "unhealthy")
            .time("timestamp", services.clock.now())
            .text("database", "disconnected");
    }
    const auto elapsed = duration_cast<std::chrono::milliseconds>(services.clock.steady() - begin);
    out.number("responseTime", elapsed.count()).end();
    return respond(out, status);
}

}  // namespace dbackup::api
