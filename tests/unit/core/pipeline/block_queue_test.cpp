#include "core/pipeline/block_queue.h"

#include <future>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace dbackup;
using namespace dbackup::pipeline;
using namespace std::chrono_literals;

namespace {

template <class Action>
ErrorKind kindOf(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::None;
}

}  // namespace

TEST_CASE("BlockQueue: what goes in comes out in order, and then its end", "[pipeline]") {
    BlockQueue<int> queue(3);
    queue.push(1, {});
    queue.push(2, {});
    queue.close();
    CHECK(queue.pop({}) == 1);
    CHECK(queue.pop({}) == 2);
    CHECK_FALSE(queue.pop({}));
    CHECK_FALSE(queue.pop({}));
    CHECK(kindOf([&] { queue.push(3, {}); }) == ErrorKind::Internal);
}

TEST_CASE("BlockQueue: a full one makes the writer wait", "[pipeline]") {
    BlockQueue<int> queue(1);
    queue.push(1, {});
    auto second = std::async(std::launch::async, [&] { queue.push(2, {}); });
    CHECK(second.wait_for(20ms) == std::future_status::timeout);
    CHECK(queue.pop({}) == 1);
    second.get();
    CHECK(queue.pop({}) == 2);
}

TEST_CASE("BlockQueue: a stop ends both waits", "[pipeline]") {
    const auto stop = std::make_unique<std::stop_source>();
    BlockQueue<int> empty(1);
    auto reader = std::async(std::launch::async, [&] { empty.pop(stop->get_token()); });
    BlockQueue<int> full(1);
    full.push(1, {});
    auto writer = std::async(std::launch::async, [&] { full.push(2, stop->get_token()); });
    stop->request_stop();
    CHECK(kindOf([&] { reader.get(); }) == ErrorKind::Cancelled);
    CHECK(kindOf([&] { writer.get(); }) == ErrorKind::Cancelled);
}

TEST_CASE("BlockQueue: fail() wakes both sides with its error and drops what waits", "[pipeline]") {
    BlockQueue<std::shared_ptr<int>> queue(1);
    const auto item = std::make_shared<int>(1);
    queue.push(item, {});
    auto writer = std::async(std::launch::async, [&] { queue.push(item, {}); });
    queue.fail(Error(ErrorKind::NoSpace, "full"));
    CHECK(kindOf([&] { writer.get(); }) == ErrorKind::NoSpace);
    CHECK(item.use_count() == 1);
    CHECK(kindOf([&] { queue.pop({}); }) == ErrorKind::NoSpace);
    CHECK(kindOf([&] { queue.throwIfFailed(); }) == ErrorKind::NoSpace);

    SECTION("the first error counts") {
        queue.fail(Error(ErrorKind::Internal, "later"));
        CHECK(kindOf([&] { queue.pop({}); }) == ErrorKind::NoSpace);
    }
    SECTION("also over close()") {
        queue.close();
        CHECK(kindOf([&] { queue.pop({}); }) == ErrorKind::NoSpace);
    }
}

TEST_CASE("BlockQueue: nothing is lost or doubled under stress", "[pipeline]") {
    constexpr int each = 20'000;
    constexpr int writers = 3;
    BlockQueue<int> queue(4);
    std::vector<int> got;
    std::mutex mutex;
    {
        std::vector<std::jthread> readers;
        for (int i = 0; i < 2; ++i) {
            readers.emplace_back([&] {
                while (const std::optional<int> item = queue.pop({})) {
                    const std::lock_guard lock(mutex);
                    got.push_back(*item);
                }
            });
        }
        {
            std::vector<std::jthread> threads;
            for (int w = 0; w < writers; ++w) {
                threads.emplace_back([&queue, w] {
                    for (int i = 0; i < each; ++i)
                        queue.push(w * each + i, {});
                });
            }
        }
        queue.close();
    }
    std::sort(got.begin(), got.end());
    std::vector<int> expected(writers * each);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(got == expected);
}

TEST_CASE("BlockQueue: stops and failures at any moment leave nobody waiting", "[pipeline]") {
    for (int round = 0; round < 300; ++round) {
        BlockQueue<int> queue(2);
        const auto stop = std::make_unique<std::stop_source>();
        const auto endless = [&](auto action) {
            try {
                while (action()) {
                }
            } catch (const Error&) {
                return;
            }
        };
        const std::jthread writer([&] {
            endless([&] {
                queue.push(1, stop->get_token());
                return true;
            });
        });
        const std::jthread reader([&] { endless([&] { return queue.pop(stop->get_token()).has_value(); }); });
        std::this_thread::yield();
        switch (round % 3) {
            case 0:
                stop->request_stop();
                break;
            case 1:
                queue.fail(Error(ErrorKind::Internal, "x"));
                break;
            default:
                queue.close();
        }
    }
    SUCCEED("all threads ended");
}
