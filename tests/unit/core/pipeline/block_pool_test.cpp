#include "core/pipeline/block_pool.h"

#include <future>
#include <optional>

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace dbackup;
using namespace dbackup::pipeline;

TEST_CASE("BlockPool: a block comes back empty", "[pipeline]") {
    BlockPool pool(1);
    BlockPtr block = pool.take({});
    CHECK(block->room().size() == block_bytes);
    CHECK(block->empty());
    block->filled(10);
    CHECK(block->bytes().size() == 10);
    CHECK(block->room().size() == block_bytes - 10);
    const std::byte* memory = block->bytes().data();
    block.reset();
    block = pool.take({});
    CHECK(block->empty());
    CHECK(block->bytes().data() == memory);
    block->filled(block_bytes);
    CHECK(block->full());
}

TEST_CASE("BlockPool: who finds it empty waits for a block", "[pipeline]") {
    BlockPool pool(2);
    BlockPtr first = pool.take({});
    const BlockPtr second = pool.take({});
    CHECK(pool.taken() == 2);
    std::future<BlockPtr> third = std::async(std::launch::async, [&] { return pool.take({}); });
    CHECK(third.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
    first.reset();
    CHECK(third.get());
    CHECK(pool.taken() == 1);
}

TEST_CASE("BlockPool: a stop ends the wait", "[pipeline]") {
    BlockPool pool(1);
    const BlockPtr only = pool.take({});
    std::stop_source stop;
    auto waiting = std::async(std::launch::async, [&] { return pool.take(stop.get_token()); });
    stop.request_stop();
    try {
        waiting.get();
        FAIL("got a block");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Cancelled);
    }
}

TEST_CASE("BlockPool: it has more blocks for a while, and gives their memory back", "[pipeline]") {
    BlockPool pool(1);
    BlockPtr first = pool.take({});
    {
        const MoreBlocks more(pool, 2);
        const BlockPtr second = pool.take({});
        BlockPtr third = pool.take({});
        CHECK(pool.taken() == 3);
        third.reset();
        CHECK(pool.taken() == 2);
    }
    CHECK(pool.taken() == 1);
    std::future<BlockPtr> waiting = std::async(std::launch::async, [&] { return pool.take({}); });
    CHECK(waiting.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout);
    {
        const MoreBlocks more(pool, 1);
        const BlockPtr got = waiting.get();
        CHECK(got);
        CHECK(pool.taken() == 2);
    }
    first.reset();
    CHECK(pool.taken() == 0);
}

TEST_CASE("BlockPool: a block may outlive its pool", "[pipeline]") {
    std::optional<BlockPool> pool(1);
    const BlockPtr block = pool->take({});
    pool.reset();
    block->filled(1);
    CHECK(block->bytes().size() == 1);
}
