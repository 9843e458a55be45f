#include "core/pipeline/caught.h"

#include <new>

#include <catch2/catch.hpp>
#include <sys/resource.h>

using namespace dbackup;
using namespace dbackup::pipeline;

namespace {

template <class Thrown>
Error translated(const Thrown& thrown) {
    try {
        guarded("plugin x", [&] { throw thrown; });
    } catch (const Error& error) {
        return error;
    }
    return {ErrorKind::None, "nothing was thrown"};
}

}  // namespace

TEST_CASE("guarded: our own errors pass as they are", "[pipeline]") {
    const Error error = translated(Error(ErrorKind::NoSpace, "full", "free space").canRetry());
    CHECK(error.kind() == ErrorKind::NoSpace);
    CHECK(std::string(error.what()) == "full");
    CHECK(error.hint() == "free space");
    CHECK(error.retryable());
    CHECK(guarded("x", [] { return 5; }) == 5);
}

TEST_CASE("guarded: foreign exceptions bear the plugin's name", "[pipeline]") {
    CHECK(translated(std::runtime_error("boom")).kind() == ErrorKind::Internal);
    CHECK(std::string(translated(std::runtime_error("boom")).what()) == "plugin x failed: boom");
    CHECK(std::string(translated(42).what()) == "plugin x failed with an exception of an unknown type");
}

TEST_CASE("guarded: running out of memory names the limit", "[pipeline]") {
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_DATA, &before) == 0);
    CHECK(std::string(translated(std::bad_alloc()).what()) == "the worker ran out of memory");
    const rlimit limited{std::min<rlim_t>(before.rlim_max, 900ULL << 20), before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_DATA, &limited) == 0);
    CHECK(std::string(translated(std::bad_alloc()).what()) ==
          "the worker ran out of memory: its limit is 900 MiB");
    REQUIRE(setrlimit(RLIMIT_DATA, &before) == 0);
}
