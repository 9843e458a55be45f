#include "core/pipeline/pipeline.h"

#include <future>
#include <latch>

#include <catch2/catch.hpp>

#include "core/pipeline/decompressor.h"
#include "core/pipeline/object_source.h"
#include "fakes.h"

using namespace dbackup;
using namespace dbackup::pipeline;
using namespace dbackup::test;

namespace {

/// A pipeline to as many memory targets as there are hooks.
struct Fixture {
    explicit Fixture(std::vector<MemoryTarget::Hook> hooks = {{}}) {
        for (auto& hook : hooks) {
            targets.push_back(std::make_unique<MemoryTarget>(std::move(hook)));
            const std::string name(1, static_cast<char>('A' + owned.size()));
            owned.push_back(std::make_unique<Destination>(
                Destination::Parts{name, name, "plugin memory", *targets.back(), run}));
            destinations.push_back(owned.back().get());
        }
    }

    Pipeline::Parts parts() {
        return {{"j/b/a", false, volume_bytes}, compression, pools, destinations, stop.get_token(), observer};
    }
    StoredObject store(const std::string& text) {
        Pipeline pipeline(parts());
        {
            const auto sink = pipeline.sink();
            sink->write(text);
            sink->finish();
        }
        return pipeline.wait();
    }
    void checkNothingIsHeld() {
        CHECK(pools.raw.taken() == 0);
        CHECK(pools.stored.taken() == 0);
        for (const auto& target : targets)
            CHECK(target->open_writers == 0);
    }

    RecordingContext run;
    CountingObserver observer;
    std::stop_source stop;
    Pools pools{1};
    std::vector<std::unique_ptr<MemoryTarget>> targets;
    std::vector<std::unique_ptr<Destination>> owned;
    std::vector<Destination*> destinations;
    Compression compression{"zstd", 1, 0};
    std::uint64_t volume_bytes = 64ULL << 30;
};

MemoryTarget::Hook failAt(std::string_view step, int countdown = 1) {
    auto left = std::make_shared<std::atomic<int>>(countdown);
    return [step, left](std::string_view at, const std::string&) {
        if (at == step && --*left == 0) throw Error(ErrorKind::NoSpace, "disk full", "free space");
    };
}

template <class Action>
std::optional<Error> errorFrom(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("Pipeline: what is stored everywhere is what the engine made", "[pipeline]") {
    const std::size_t size = GENERATE(0U, 1U, 1U << 20, 9'500'001U);
    const std::string kind = GENERATE("zstd", "none", "gzip");
    CAPTURE(size, kind);
    Fixture fixture({{}, {}});
    fixture.compression = {kind, 1, kind == "zstd" ? 2U : 0U};
    const std::string text = sampleText(size);
    const StoredObject object = fixture.store(text);
    CHECK(object.original_bytes == size);
    CHECK(object.original_sha256 == sha256Hex(text));
    REQUIRE(object.volumes.size() == 1);
    CHECK(object.volumes[0].name == "j/b/a");
    for (const auto& target : fixture.targets) {
        const std::string stored = target->objects().at("j/b/a");
        CHECK(object.volumes[0].size_bytes == stored.size());
        CHECK(object.storedBytes() == stored.size());
        CHECK(object.volumes[0].sha256 == sha256Hex(stored));
        CHECK(drain(*makeDecompressor(kind, std::make_unique<TextSource>(stored, 1 << 20)), 1 << 20) == text);
    }
    CHECK(fixture.observer.produced_bytes == size);
    CHECK(fixture.observer.uploaded_bytes == 2 * object.storedBytes());
    CHECK(fixture.owned[0]->names() == std::vector<std::string>{"j/b/a"});
    fixture.checkNothingIsHeld();
}

TEST_CASE("Pipeline: a long stream is cut into volumes", "[pipeline]") {
    Fixture fixture;
    fixture.compression.kind = "none";
    fixture.volume_bytes = 1000;
    const std::string text = sampleText(2500);

    SECTION("all numbered when several are expected") {
        Pipeline::Parts parts = fixture.parts();
        parts.volumes.numbered = true;
        Pipeline pipeline(parts);
        auto sink = pipeline.sink();
        sink->write(text);
        sink->finish();
        const StoredObject object = pipeline.wait();
        REQUIRE(object.volumes.size() == 3);
        CHECK(object.volumes[0].name == "j/b/a.000");
        CHECK(object.volumes[2].name == "j/b/a.002");
        CHECK(object.volumes[2].size_bytes == 500);
        StoredSource source(*fixture.owned[0], object.volumes);
        CHECK(drain(source) == text);
    }
    SECTION("the first bears the plain name when one was expected") {
        const StoredObject object = fixture.store(text);
        REQUIRE(object.volumes.size() == 3);
        CHECK(object.volumes[0].name == "j/b/a");
        CHECK(object.volumes[1].name == "j/b/a.001");
        CHECK(object.storedBytes() == 2500);
    }
    SECTION("a stream that ends with a volume makes no empty one") {
        CHECK(fixture.store(sampleText(2000)).volumes.size() == 2);
        CHECK(fixture.targets[0]->objects().size() == 2);
    }
}

TEST_CASE("Pipeline: a sink destroyed without finish() aborts the object everywhere", "[pipeline]") {
    Fixture fixture({{}, {}});
    Pipeline pipeline(fixture.parts());
    pipeline.sink()->write(sampleText(5'000'000));
    const auto error = errorFrom([&] { pipeline.wait(); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::ToolFailed);
    for (const auto& target : fixture.targets)
        CHECK(target->objects().empty());
    CHECK_FALSE(fixture.owned[0]->failed());
    CHECK(fixture.observer.losses == 0);
    fixture.checkNothingIsHeld();
}

TEST_CASE("Pipeline: destroyed in the midst of a dump it aborts and joins", "[pipeline]") {
    Fixture fixture;
    {
        Pipeline pipeline(fixture.parts());
        const auto sink = pipeline.sink();
        sink->write(sampleText(3'000'000));
    }
    CHECK(fixture.targets[0]->objects().empty());
    fixture.checkNothingIsHeld();
}

TEST_CASE("Pipeline: a destination fails alone", "[pipeline]") {
    const std::string step = GENERATE("create", "write", "commit");
    CAPTURE(step);
    Fixture fixture({{}, failAt(step)});
    const StoredObject object = fixture.store(sampleText(12'000'000));
    CHECK(object.volumes.size() == 1);
    CHECK(fixture.targets[0]->objects().size() == 1);
    CHECK(fixture.targets[1]->objects().empty());
    CHECK_FALSE(fixture.owned[0]->failed());
    REQUIRE(fixture.owned[1]->failed());
    CHECK(fixture.owned[1]->error()->kind() == ErrorKind::NoSpace);
    REQUIRE(fixture.run.messages().size() == 1);
    CHECK(fixture.run.messages()[0].find("Destination 'B' failed: disk full") == 0);
    CHECK(fixture.observer.losses == 0);
    fixture.checkNothingIsHeld();

    SECTION("and takes part no more") {
        Pipeline next({{"j/b/next", false, 1000},
                       fixture.compression,
                       fixture.pools,
                       fixture.destinations,
                       {},
                       fixture.observer});
        auto sink = next.sink();
        sink->write("x");
        sink->finish();
        next.wait();
        CHECK(fixture.targets[1]->objects().empty());
        CHECK(fixture.targets[0]->objects().size() == 2);
    }
}

TEST_CASE("Pipeline: when all destinations fail the engine gets the error", "[pipeline]") {
    Fixture fixture({failAt("write"), failAt("write", 2)});
    Pipeline pipeline(fixture.parts());
    const auto error = errorFrom([&] {
        const auto sink = pipeline.sink();
        const std::string text = sampleText(1 << 20);
        while (true)
            sink->write(text);
    });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::NoSpace);
    CHECK(std::string(error->what()) == "destination 'A': disk full; destination 'B': disk full");
    CHECK(error->hint() == "free space");
    CHECK(errorFrom([&] { pipeline.wait(); })->kind() == ErrorKind::NoSpace);
    CHECK(fixture.observer.losses == 1);
    fixture.checkNothingIsHeld();
}

TEST_CASE("Pipeline: foreign exceptions of a target bear its plugin's name", "[pipeline]") {
    Fixture fixture({[](std::string_view step, const std::string&) {
        if (step == "commit") throw std::runtime_error("boom");
    }});
    const auto error = errorFrom([&] { fixture.store("x"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::Internal);
    CHECK(std::string(error->what()) == "destination 'A': plugin memory failed: boom");
}

TEST_CASE("Pipeline: a target that commits another size has failed, and the object is known", "[pipeline]") {
    Fixture fixture;
    fixture.targets[0]->lie_bytes = 1;
    const auto error = errorFrom([&] { fixture.store("x"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::Integrity);
    CHECK(fixture.owned[0]->names().size() == 1);
}

TEST_CASE("Pipeline: an object that was there before is not taken for ours", "[pipeline]") {
    Fixture fixture({[](std::string_view step, const std::string&) {
        if (step == "commit") throw Error(ErrorKind::AlreadyExists, "taken");
    }});
    CHECK(errorFrom([&] { fixture.store("x"); })->kind() == ErrorKind::AlreadyExists);
    CHECK(fixture.owned[0]->names().empty());
}

TEST_CASE("Pipeline: a stop ends everything, whoever waits for whom", "[pipeline]") {
    std::latch stuck(1);
    std::promise<void> released;
    const std::shared_future<void> release = released.get_future().share();
    Fixture fixture({[&](std::string_view step, const std::string&) {
        if (step != "write") return;
        stuck.count_down();
        release.wait();
    }});
    Pipeline pipeline(fixture.parts());
    auto engine = std::async(std::launch::async, [&] {
        return errorFrom([&] {
            const auto sink = pipeline.sink();
            const std::string text = sampleText(1 << 20);
            while (true)
                sink->write(text);
        });
    });
    stuck.wait();
    fixture.stop.request_stop();
    CHECK(engine.get()->kind() == ErrorKind::Cancelled);
    released.set_value();
    CHECK(errorFrom([&] { pipeline.wait(); })->kind() == ErrorKind::Cancelled);
    CHECK(fixture.targets[0]->objects().empty());
    CHECK_FALSE(fixture.owned[0]->failed());
    fixture.checkNothingIsHeld();
}

TEST_CASE("Pipeline: a wrong level is the object's error", "[pipeline]") {
    Fixture fixture;
    fixture.compression.level = 99;
    CHECK(errorFrom([&] { fixture.store("x"); })->kind() == ErrorKind::Settings);
    CHECK(fixture.observer.losses == 1);
}

TEST_CASE("ByteSink: an engine cannot claim more than it was given, nor write after finish()", "[pipeline]") {
    Fixture fixture;
    Pipeline pipeline(fixture.parts());
    const auto sink = pipeline.sink();
    CHECK(errorFrom([&] { sink->produced(1); })->kind() == ErrorKind::Internal);
    CHECK(sink->acquire().size() == block_bytes);
    CHECK(errorFrom([&] { sink->produced(block_bytes + 1); })->kind() == ErrorKind::Internal);
    sink->produced(5);
    CHECK(sink->acquire().size() == block_bytes - 5);
    sink->finish();
    CHECK(errorFrom([&] { sink->write(sampleText(2 << 20)); })->kind() == ErrorKind::Internal);
    pipeline.wait();
}

TEST_CASE("Pipeline: many objects at once share few blocks", "[pipeline]") {
    constexpr std::size_t tasks = 6;
    Fixture fixture({{}, {}});
    Pools pools(tasks);
    const std::string text = sampleText(7'000'003);
    std::vector<std::future<StoredObject>> all;
    for (std::size_t i = 0; i < tasks; ++i) {
        all.push_back(std::async(std::launch::async, [&, i] {
            Pipeline pipeline({{"j/b/" + std::to_string(i), false, 1'000'000},
                               {"zstd", 1, 0},
                               pools,
                               fixture.destinations,
                               fixture.stop.get_token(),
                               fixture.observer});
            auto sink = pipeline.sink();
            sink->write(text);
            sink->finish();
            return pipeline.wait();
        }));
    }
    for (auto& one : all) {
        const StoredObject object = one.get();
        CHECK(object.original_sha256 == sha256Hex(text));
        StoredSource source(*fixture.owned[1], object.volumes);
        CHECK(drain(source).size() == object.storedBytes());
    }
    CHECK(pools.raw.taken() == 0);
    CHECK(pools.stored.taken() == 0);
}

TEST_CASE("Pipeline: faults at any moment leave nobody waiting and nothing half-written", "[pipeline]") {
    std::mt19937 random(11);
    for (int round = 0; round < 60; ++round) {
        CAPTURE(round);
        const std::string step = std::vector<std::string>{"create", "write", "commit"}[random() % 3];
        Fixture fixture({failAt(step, 1 + static_cast<int>(random() % 4)),
                         failAt("write", 1 + static_cast<int>(random() % 6))});
        fixture.compression = {"none", 0, 0};
        fixture.volume_bytes = 700'000;
        const bool finishes = random() % 2 == 0;
        const std::size_t size = random() % 6'000'000;
        const auto error = errorFrom([&] {
            Pipeline pipeline(fixture.parts());
            try {
                const auto sink = pipeline.sink();
                sink->write(sampleText(size));
                if (round % 5 == 0) fixture.stop.request_stop();
                if (finishes) sink->finish();
            } catch (const Error&) {
                CHECK_THROWS_AS(pipeline.wait(), Error);
                throw;
            }
            pipeline.wait();
        });
        if (!finishes) CHECK(error);
        fixture.checkNothingIsHeld();
        if (error) continue;
        std::size_t stored = 0;
        const auto good = std::find_if(
            fixture.owned.begin(), fixture.owned.end(), [](const auto& d) { return !d->failed(); });
        REQUIRE(good != fixture.owned.end());
        for (const auto& [name, content] :
             fixture.targets[static_cast<std::size_t>(good - fixture.owned.begin())]->objects())
            stored += content.size();
        CHECK(stored == size);
    }
}
