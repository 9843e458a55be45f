#include <future>
#include <latch>
#include <random>

#include <catch2/catch.hpp>

#include "core/pipeline/object_source.h"
#include "core/pipeline/pipeline.h"
#include "fakes.h"
#include "tests/support/temp_dir.h"

using namespace dbackup;
using namespace dbackup::pipeline;
using namespace dbackup::test;

namespace {

/// A pipeline without compression to destinations that retry, with or without a spool.
struct Fixture {
    explicit Fixture(std::uint64_t spool_bytes = 0) {
        if (spool_bytes > 0) spool = std::make_unique<SpoolSpace>(folder.path(), spool_bytes);
    }
    MemoryTarget& add(MemoryTarget::Hook hook = {},
                      const Delivery& with = {2, 0, std::chrono::milliseconds(1)}) {
        targets.push_back(std::make_unique<MemoryTarget>(std::move(hook)));
        const std::string name(1, static_cast<char>('A' + owned.size()));
        owned.push_back(std::make_unique<Destination>(
            Destination::Parts{name, name, "plugin memory", *targets.back(), run, with}));
        destinations.push_back(owned.back().get());
        return *targets.back();
    }
    Pipeline::Parts parts() {
        return {{"j/b/a", false, volume_bytes},
                {"none", 0, 0},
                pools,
                destinations,
                stop.get_token(),
                observer,
                spool.get()};
    }
    StoredObject store(const std::string& text) {
        Pipeline pipeline(parts());
        const auto sink = pipeline.sink();
        sink->write(text);
        sink->finish();
        return pipeline.wait();
    }
    bool logged(const std::string& part) const {
        const auto all = run.messages();
        return std::any_of(all.begin(), all.end(), [&](const std::string& one) {
            return one.find(part) != std::string::npos;
        });
    }
    void checkNothingIsHeld() const {
        CHECK(pools.raw.taken() == 0);
        for (const auto& target : targets)
            CHECK(target->open_writers == 0);
        if (spool) CHECK(spool->usedBytes() == 0);
    }

    TempDir folder;
    RecordingContext run;
    CountingObserver observer;
    std::stop_source stop;
    Pools pools{1};
    std::unique_ptr<SpoolSpace> spool;
    std::vector<std::unique_ptr<MemoryTarget>> targets;
    std::vector<std::unique_ptr<Destination>> owned;
    std::vector<Destination*> destinations;
    std::uint64_t volume_bytes = 64ULL << 30;
};

}  // namespace

TEST_CASE("Uploader: from a spool an upload is begun anew without a new dump", "[pipeline]") {
    const std::string step = GENERATE("create", "write", "commit");
    CAPTURE(step);
    Fixture fixture(64U << 20);
    MemoryTarget& sound = fixture.add();
    MemoryTarget& weak = fixture.add(breakAt(step, step == "write" ? 20 : 1));
    const std::string text = sampleText(9'000'001);
    const StoredObject object = fixture.store(text);
    CHECK(weak.objects().at("j/b/a") == text);
    CHECK(sound.objects().at("j/b/a") == text);
    CHECK_FALSE(fixture.owned[1]->failed());
    CHECK(fixture.logged("Upload of j/b/a to 'B' broke: connection lost; it is begun again (retry 1 of 2)"));
    // What was sent twice counts once.
    CHECK(fixture.observer.uploaded_bytes == 2 * text.size());
    CHECK(fixture.observer.handed_on_bytes == 2 * text.size());
    fixture.checkNothingIsHeld();
}

TEST_CASE("Uploader: after so many retries the destination has failed, alone", "[pipeline]") {
    Fixture fixture(64U << 20);
    fixture.add();
    MemoryTarget& weak = fixture.add(breakAt("write", 5, 1000));
    fixture.store(sampleText(5'000'000));
    CHECK(weak.objects().empty());
    CHECK(fixture.targets[0]->objects().size() == 1);
    REQUIRE(fixture.owned[1]->failed());
    CHECK(std::string(fixture.owned[1]->error()->what()) == "connection lost (after 3 attempts)");
    CHECK(fixture.logged("retry 2 of 2"));
    fixture.checkNothingIsHeld();
}

TEST_CASE("Uploader: what cannot work later is not tried again", "[pipeline]") {
    Fixture fixture(64U << 20);
    int calls = 0;
    fixture.add([&](std::string_view step, const std::string&) {
        if (step != "commit") return;
        ++calls;
        throw Error(ErrorKind::Permission, "denied");
    });
    CHECK_THROWS_AS(fixture.store("x"), Error);
    CHECK(calls == 1);
}

TEST_CASE("Uploader: without a spool it can be retried as long as one block was taken", "[pipeline]") {
    const std::string step = GENERATE("create", "write", "commit");
    CAPTURE(step);
    Fixture fixture;
    MemoryTarget& weak = fixture.add(breakAt(step, 1, 2));

    SECTION("a small object whole") {
        const std::string text = sampleText(1000);
        fixture.store(text);
        CHECK(weak.objects().at("j/b/a") == text);
    }
    SECTION("of a large one its beginning, and the log says when it is too late") {
        const std::string text = sampleText(5'000'000);
        if (step == "commit") {
            CHECK_THROWS_AS(fixture.store(text), Error);
            CHECK(fixture.logged(
                "Upload of j/b/a to 'A' cannot be retried: its first bytes are gone, as the job "
                "has no spool (spoolBytes)"));
        } else {
            fixture.store(text);
            CHECK(weak.objects().at("j/b/a") == text);
        }
    }
    fixture.checkNothingIsHeld();
}

TEST_CASE("Uploader: volumes that are committed stay, and the one that broke is sent again", "[pipeline]") {
    Fixture fixture(64U << 20);
    fixture.volume_bytes = 1'000'000;
    std::map<std::string, int> created;
    const auto broken = breakAt("write", 1, 1, ".002");
    MemoryTarget& weak = fixture.add([&](std::string_view step, const std::string& name) {
        if (step == "create") ++created[name];
        broken(step, name);
    });
    const std::string text = sampleText(4'500'000);
    const StoredObject object = fixture.store(text);
    CHECK(object.volumes.size() == 5);
    StoredSource source(*fixture.owned[0], object.volumes);
    CHECK(drain(source) == text);
    CHECK(created ==
          std::map<std::string, int>{
              {"j/b/a", 1}, {"j/b/a.001", 1}, {"j/b/a.002", 2}, {"j/b/a.003", 1}, {"j/b/a.004", 1}});
    CHECK(weak.objects().size() == 5);
    CHECK(fixture.observer.uploaded_bytes == text.size());
}

TEST_CASE("Uploader: a commit whose answer was lost is done again over what is there", "[pipeline]") {
    Fixture fixture(64U << 20);
    MemoryTarget* target = nullptr;
    bool lost = false;
    target = &fixture.add([&](std::string_view step, const std::string& name) {
        if (step != "commit" || std::exchange(lost, true)) return;
        target->put(name, "it came to be there");
        throw Error(ErrorKind::Unavailable, "no answer").canRetry();
    });
    fixture.store("content");
    CHECK(target->objects().at("j/b/a") == "content");
    CHECK(fixture.owned[0]->names() == std::vector<std::string>{"j/b/a"});
}

TEST_CASE("Uploader: what the spool's bound has pushed out cannot be retried, and the others are whole",
          "[pipeline]") {
    Fixture fixture(3U << 20);
    MemoryTarget& sound = fixture.add();
    // Fails at its end, when the beginning has long left the spool.
    fixture.add(breakAt("commit", 1));
    const std::string text = sampleText(12'000'000);
    fixture.store(text);
    CHECK(sound.objects().at("j/b/a") == text);
    CHECK(fixture.owned[1]->failed());
    CHECK(fixture.logged("cannot be retried: its first bytes had to leave the spool"));
    fixture.checkNothingIsHeld();
}

TEST_CASE("Pipeline: with a spool the engine ends though a destination stands still", "[pipeline]") {
    Fixture fixture(32U << 20);
    std::promise<void> released;
    const std::shared_future<void> release = released.get_future().share();
    fixture.add([&](std::string_view step, const std::string&) {
        if (step == "write") release.wait();
    });
    const std::string text = sampleText(20'000'000);
    Pipeline pipeline(fixture.parts());
    const auto sink = pipeline.sink();
    sink->write(text);
    sink->finish();
    CHECK(fixture.observer.uploaded_bytes == 0);
    released.set_value();
    pipeline.wait();
    CHECK(fixture.targets[0]->objects().at("j/b/a") == text);
    fixture.checkNothingIsHeld();
}

TEST_CASE("Pipeline: destroyed while destinations drain, it aborts at once", "[pipeline]") {
    const bool in_pause = GENERATE(false, true);
    Fixture fixture(32U << 20);
    const Delivery delivery = in_pause ? Delivery{9, 0, std::chrono::hours(1)} : Delivery{0, 1024};
    std::latch begun(1);
    std::atomic<bool> once = false;
    fixture.add(
        [&](std::string_view step, const std::string&) {
            if (step != "write" || once.exchange(true)) return;
            begun.count_down();
            if (in_pause) throw Error(ErrorKind::Unavailable, "connection lost").canRetry();
        },
        delivery);
    const auto start = std::chrono::steady_clock::now();
    {
        Pipeline pipeline(fixture.parts());
        const auto sink = pipeline.sink();
        sink->write(sampleText(5'000'000));
        sink->finish();
        begun.wait();
    }
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
    CHECK(fixture.targets[0]->objects().empty());
    CHECK_FALSE(fixture.owned[0]->failed());
    CHECK(fixture.observer.losses == 0);
    fixture.checkNothingIsHeld();
}

TEST_CASE("Pipeline: each destination keeps its own bandwidth", "[pipeline]") {
    Fixture fixture(32U << 20);
    fixture.add({}, {0, 1'000'000});
    fixture.add();
    const auto start = std::chrono::steady_clock::now();
    fixture.store(sampleText(600'000));
    // 100 ms are in the bucket, and the last 50 ms go at once.
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(440));
}

TEST_CASE("Pipeline: broken uploads at any moment end whole or failed, with and without a spool",
          "[pipeline]") {
    std::mt19937 random(12);
    const std::string all = sampleText(6'000'000);
    for (int round = 0; round < 50; ++round) {
        CAPTURE(round);
        const std::uint64_t spool =
            std::vector<std::uint64_t>{0, 1U << 20, 3U << 20, 64U << 20}[random() % 4];
        Fixture fixture(spool);
        fixture.volume_bytes = 300'000 + random() % 3'000'000;
        for (int i = 0; i < 3; ++i) {
            const std::string step = std::vector<std::string>{"create", "write", "commit"}[random() % 3];
            fixture.add(
                breakAt(step, 1 + static_cast<int>(random() % 12), 1 + static_cast<int>(random() % 4)));
        }
        const std::string text = all.substr(random() % all.size());
        std::optional<StoredObject> object;
        try {
            object = fixture.store(text);
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::Unavailable);
        }
        fixture.checkNothingIsHeld();
        std::size_t good = 0;
        for (const auto& destination : fixture.owned) {
            if (destination->failed()) continue;
            ++good;
            REQUIRE(object);
            StoredSource source(*destination, object->volumes);
            CHECK(drain(source) == text);
        }
        CHECK((good > 0) == object.has_value());
        CHECK(fixture.observer.uploaded_bytes <= fixture.observer.handed_on_bytes);
    }
}
