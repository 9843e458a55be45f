#include "core/pipeline/spool.h"

#include <future>
#include <random>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/mount.h>
#include <sys/stat.h>

#include "core/base/error.h"
#include "fakes.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::pipeline;
using namespace dbackup::test;

namespace {

constexpr std::uint64_t mib = 1U << 20;

Piece piece(std::string_view text, const std::string& volume = "v") {
    return {nullptr, std::as_bytes(std::span(text.data(), text.size())), volume, false};
}

Piece endOf(const std::string& volume = "v") {
    return {nullptr, {}, volume, true};
}

/// The bytes of the volume at hand, to its end or to so many bytes at least.
std::string take(Feed& feed, std::size_t at_least = std::numeric_limits<std::size_t>::max()) {
    std::string text;
    while (text.size() < at_least) {
        const std::optional<Piece> next = feed.next({});
        if (!next || next->ends_volume) break;
        text.append(reinterpret_cast<const char*>(next->bytes.data()), next->bytes.size());
    }
    return text;
}

bool readyWithin(std::future<void>& future, std::chrono::milliseconds time) {
    return future.wait_for(time) == std::future_status::ready;
}

}  // namespace

TEST_CASE("Spool: each feed reads all volumes at its own pace", "[pipeline]") {
    const TempDir folder;
    SpoolSpace space(folder.path(), 16 * mib);
    Spool spool(space, 2);
    const auto fast = spool.feed(0);
    const auto slow = spool.feed(1);
    const std::string text = sampleText(3 * mib + 7);
    spool.push(piece(text, "a"), {});
    CHECK(take(*fast, text.size()) == text);
    spool.push(endOf("a"), {});
    spool.push(endOf("empty"), {});
    spool.push(piece("tail", "c"), {});
    spool.push(endOf("c"), {});
    spool.close();
    CHECK(take(*fast).empty());
    fast->committed();
    CHECK(fast->next({})->volume == "empty");
    fast->committed();
    CHECK(take(*fast) == "tail");
    fast->committed();
    CHECK_FALSE(fast->next({}));
    CHECK(space.usedBytes() == text.size() + 4);
    CHECK(take(*slow) == text);
    slow->committed();
    CHECK(space.usedBytes() == 4);
}

TEST_CASE("Spool: nothing of it is in its folder, and its space comes back", "[pipeline]") {
    const TempDir folder;
    SpoolSpace space(folder.path(), 16 * mib);
    {
        Spool spool(space, 1);
        spool.push(piece(sampleText(mib)), {});
        CHECK(std::filesystem::is_empty(folder.path()));
        CHECK(space.usedBytes() == mib);
    }
    CHECK(space.usedBytes() == 0);
}

TEST_CASE("Spool: a volume can be read from its beginning as long as all of it is there", "[pipeline]") {
    const TempDir folder;
    SpoolSpace space(folder.path(), 4 * mib);
    Spool spool(space, 2);
    const auto first = spool.feed(0);
    const auto second = spool.feed(1);
    const std::string text = sampleText(3 * mib);
    spool.push(piece(text), {});
    CHECK(take(*first, text.size()).size() == text.size());
    CHECK(take(*second, mib).size() >= mib);
    CHECK_FALSE(second->rewind());
    CHECK(take(*second, text.size()) == text);

    SECTION("and what all have read leaves when the bound is reached") {
        const std::string more = sampleText(3 * mib, 2);
        spool.push(piece(more), {});
        CHECK(space.usedBytes() == 3 * mib);
        const auto reason = first->rewind();
        REQUIRE(reason);
        CHECK(*reason ==
              "its first bytes had to leave the spool, which is bounded to 4194304 bytes (spoolBytes)");
        CHECK(take(*first, more.size()) == more);
    }
    SECTION("a committed volume stays committed, and the next has its own beginning") {
        spool.push(endOf(), {});
        CHECK(take(*first).empty());
        first->committed();
        CHECK(take(*second).empty());
        second->committed();
        CHECK(space.usedBytes() == 0);
        spool.push(piece("next", "w"), {});
        CHECK(take(*first, 4) == "next");
        CHECK_FALSE(first->rewind());
        CHECK(take(*first, 4) == "next");
    }
}

TEST_CASE("Spool: at its bound it waits for the slowest, until that one leaves", "[pipeline]") {
    const TempDir folder;
    SpoolSpace space(folder.path(), 2 * mib);
    Spool spool(space, 2);
    const auto fast = spool.feed(0);
    const auto slow = spool.feed(1);
    const std::string text = sampleText(mib);
    spool.push(piece(text), {});
    spool.push(piece(text), {});
    CHECK(take(*fast, 2 * mib).size() == 2 * mib);
    auto pushed = std::async(std::launch::async, [&] { spool.push(piece(text), {}); });
    CHECK_FALSE(readyWithin(pushed, std::chrono::milliseconds(50)));
    CHECK(space.usedBytes() == 2 * mib);

    SECTION("or reads on") {
        CHECK(take(*slow, mib).size() >= mib);
    }
    SECTION("or leaves") {
        slow->leave();
    }
    REQUIRE(readyWithin(pushed, std::chrono::seconds(20)));
    CHECK(take(*fast, mib) == text);
}

TEST_CASE("Spool: when all have left it takes everything and keeps nothing", "[pipeline]") {
    const TempDir folder;
    SpoolSpace space(folder.path(), 2 * mib);
    Spool spool(space, 2);
    const auto feed = spool.feed(0);
    spool.push(piece("x"), {});
    spool.feed(1)->leave();
    feed->leave();
    feed->leave();
    CHECK(space.usedBytes() == 0);
    const std::string text = sampleText(mib);
    for (int i = 0; i < 5; ++i)
        spool.push(piece(text), {});
    CHECK(space.usedBytes() == 0);
}

TEST_CASE("Spool: a stop ends every wait", "[pipeline]") {
    const TempDir folder;
    SpoolSpace space(folder.path(), mib);
    Spool spool(space, 1);
    const auto feed = spool.feed(0);
    std::stop_source stop;
    const bool reader = GENERATE(false, true);
    const std::string text = sampleText(mib);
    if (!reader) spool.push(piece(text), {});
    auto waiting = std::async(std::launch::async, [&] {
        if (reader) {
            feed->next(stop.get_token());
        } else {
            spool.push(piece(text), stop.get_token());
        }
    });
    stop.request_stop();
    CHECK_THROWS_AS(waiting.get(), Error);
    CHECK(space.usedBytes() == (reader ? 0 : mib));
}

TEST_CASE("Spool: what one needs comes from another that keeps bytes for retries only", "[pipeline]") {
    const TempDir folder;
    SpoolSpace space(folder.path(), 2 * mib);
    Spool old(space, 1);
    Spool fresh(space, 1);
    const auto old_feed = old.feed(0);
    const auto fresh_feed = fresh.feed(0);
    const std::string text = sampleText(mib);
    old.push(piece(text), {});
    fresh.push(piece(text), {});
    CHECK(take(*old_feed, mib) == text);
    fresh.push(piece(text), {});
    CHECK(old_feed->rewind());
    CHECK_FALSE(fresh_feed->rewind());
    CHECK(space.usedBytes() == 2 * mib);
}

TEST_CASE("SpoolSpace: a folder that is not there is named", "[pipeline]") {
    CHECK_THROWS_WITH(SpoolSpace("/nonexistent/spool", mib), Catch::Contains("/nonexistent/spool"));
}

TEST_CASE("Spool: gives the disk's blocks back", "[pipeline]") {
    const TempDir folder;
    if (mount("spool", folder.path().c_str(), "tmpfs", 0, "size=8m,mode=0700") != 0) {
        WARN("may not mount a file system");
        return;
    }
    {
        // The disk is smaller than the bound: it is what bounds then.
        SpoolSpace space(folder.path(), 1024 * mib);
        Spool spool(space, 1);
        const auto feed = spool.feed(0);
        const std::string text = sampleText(mib);
        std::string back;
        std::jthread reader([&] { back = take(*feed); });
        for (int i = 0; i < 40; ++i)
            spool.push(piece(text), {});
        spool.push(endOf(), {});
        spool.close();
        reader.join();
        CHECK(back.size() == 40 * mib);
        CHECK(back.substr(39 * mib) == text);
    }
    SECTION("and one that is full already is named") {
        const std::filesystem::path file = folder / "full";
        FILE* full = fopen(file.c_str(), "w");
        REQUIRE(full != nullptr);
        const std::string block = sampleText(mib);
        while (fwrite(block.data(), 1, block.size(), full) == block.size()) {
        }
        fclose(full);
        SpoolSpace space(folder.path(), 1024 * mib);
        Spool spool(space, 1);
        try {
            spool.push(piece(block), {});
            FAIL("it was written");
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::NoSpace);
            CHECK_THAT(error.what(), Catch::Contains(folder.path().string()));
        }
        CHECK(space.usedBytes() == 0);
    }
    CHECK(umount2(folder.path().c_str(), MNT_DETACH) == 0);
}
