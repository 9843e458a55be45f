#include "core/pipeline/caught.h"

#include <exception>
#include <new>
#include <string>

#include <sys/resource.h>

namespace dbackup::pipeline {

namespace {

/// The limit on this process's memory in MiB; 0 = none.
std::uint64_t memoryLimitMiB() noexcept {
    rlimit limit{};
    for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
        if (getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) return limit.rlim_cur >> 20U;
    }
    return 0;
}

Error outOfMemory() {
    const std::uint64_t limit = memoryLimitMiB();
    if (limit == 0)
        return {ErrorKind::Internal, "the worker ran out of memory", "Free memory on this machine"};
    return {
        ErrorKind::Internal,
        "the worker ran out of memory: its limit is " + std::to_string(limit) + " MiB",
        "Raise the worker's memory limit, or lower the compression level or the number of parallel dumps"};
}

}  // namespace

Error caught(std::string_view who) noexcept {
    try {
        throw;
    } catch (const Error& error) {
        return error;
    } catch (const std::bad_alloc&) {
        return outOfMemory();
    } catch (const std::exception& error) {
        return {ErrorKind::Internal, std::string(who) + " failed: " + error.what()};
    } catch (...) {
        return {ErrorKind::Internal, std::string(who) + " failed with an exception of an unknown type"};
    }
}

Error reworded(const Error& error, const std::string& message) {
    return Error(error.kind(), message, error.hint()).canRetry(error.retryable());
}

}  // namespace dbackup::pipeline
