#include <algorithm>
#include <array>
#include <string>

#include <catch2/catch.hpp>

#include <dbackup/sdk/plugin.h>

#include "tests/support/recording_run.h"
#include "tests/unit/sdk/shell.h"

using namespace dbackup::sdk;
using namespace dbackup::test;

namespace {

// A sink whose blocks have room for three bytes.
class SmallBlocks final : public ByteSink {
public:
    std::span<std::byte> acquire() override { return block_; }
    void produced(std::size_t bytes) override {
        largest = std::max(largest, bytes);
        text.append(reinterpret_cast<const char*>(block_.data()), bytes);
    }
    void finish() override {}

    std::string text;
    std::size_t largest = 0;

private:
    std::array<std::byte, 3> block_{};
};

class Engine final : public DatabaseEngine {
public:
    explicit Engine(const Settings& settings) : version_(settings.text("version")) { ++living; }
    ~Engine() override { --living; }
    ServerInfo test(RunContext& /*run*/) override { return {version_, "", ""}; }
    std::vector<DatabaseInfo> databases(RunContext& /*run*/) override { return {}; }
    void dump(const DumpRequest& /*request*/, DumpOutput& /*output*/, RunContext& /*run*/) override {}
    void checkRestore(const RestoreRequest& /*request*/, RunContext& /*run*/) override {}
    void restore(const RestoreRequest& /*request*/, ByteSource& /*source*/, RunContext& /*run*/) override {}

    static int living;

private:
    std::string version_;
};
int Engine::living = 0;

class Target final : public StorageTarget {
public:
    explicit Target(const Settings& /*settings*/) {}
    TargetLimits limits() const override { return {}; }
    std::string test(RunContext& /*run*/) override { return {}; }
    std::unique_ptr<ObjectWriter> create(const ObjectSpec& /*spec*/, RunContext& /*run*/) override {
        return {};
    }
    std::unique_ptr<ObjectReader> open(const std::string& /*name*/,
                                       ByteRange /*range*/,
                                       RunContext& /*run*/) override {
        return {};
    }
    std::optional<ObjectInfo> stat(const std::string& /*name*/, RunContext& /*run*/) override { return {}; }
    void list(const std::string& /*prefix*/, const ListCallback& /*callback*/, RunContext& /*run*/) override {
    }
    bool remove(const std::string& /*name*/, RunContext& /*run*/) override { return false; }
    void cleanup(const std::string& /*token*/, RunContext& /*run*/) override {}
};

class Channel final : public NotificationChannel {
public:
    explicit Channel(const Settings& /*settings*/) {}
    void send(const Notification& /*notification*/, RunContext& /*run*/) override {}
};

}  // namespace

TEST_CASE("ByteSink: write() fills block after block", "[sdk]") {
    SmallBlocks sink;
    sink.write("eight by");
    sink.write("");
    sink.write("tes");
    CHECK(sink.text == "eight bytes");
    CHECK(sink.largest == 3);
}

TEST_CASE("RunContext: throwIfStopped() throws Cancelled after a stop only", "[sdk]") {
    RecordingRun run;
    CHECK_NOTHROW(run.throwIfStopped());
    run.requestStop();
    CHECK(kindThrownBy([&] { run.throwIfStopped(); }) == ErrorKind::Cancelled);
}

TEST_CASE("component: makes and destroys the configured object", "[sdk]") {
    RecordingRun run;
    constexpr auto description = component<Engine>("engine", "Engine", "{}", "{}");
    CHECK(description.struct_size == sizeof(dbackup_component));
    CHECK(description.kind == DBACKUP_KIND_ENGINE);
    CHECK(std::string(description.id) == "engine");
    const std::string settings = R"({"version":"7"} and what follows is not part of it)";
    void* made = description.create(settings.data(), 15);
    REQUIRE(Engine::living == 1);
    CHECK(static_cast<DatabaseEngine*>(made)->test(run).version == "7");
    CHECK(static_cast<DatabaseEngine*>(made)->extension("dbackup.engine.any/1") == nullptr);
    description.destroy(made);
    CHECK(Engine::living == 0);
}

TEST_CASE("component: the kind follows from the interface", "[sdk]") {
    constexpr auto target = component<Target>("target", "Target", "{}", "{}");
    constexpr auto channel = component<Channel>("channel", "Channel", "{}", "{}");
    CHECK(target.kind == DBACKUP_KIND_TARGET);
    CHECK(channel.kind == DBACKUP_KIND_CHANNEL);
    void* made = target.create("{}", 2);
    CHECK(static_cast<StorageTarget*>(made)->extension("dbackup.target.any/1") == nullptr);
    target.destroy(made);
    channel.destroy(channel.create("{}", 2));
}
