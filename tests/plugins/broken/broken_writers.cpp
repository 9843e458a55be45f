#include "broken_writers.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <dbackup/sdk/error.h>

using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::ObjectInfo;
using dbackup::sdk::ObjectReader;
using dbackup::sdk::ObjectWriter;
using dbackup::sdk::RunContext;

namespace {

using Sound = std::unique_ptr<ObjectWriter>;

class Around : public ObjectWriter {
public:
    explicit Around(Sound around) : sound(std::move(around)) {}
    void write(std::span<const std::byte> bytes) override { sound->write(bytes); }
    ObjectInfo commit() override { return sound->commit(); }
    void abort() noexcept override { sound->abort(); }

protected:
    Sound sound;
};

/// Commits when it is destroyed.
class EagerWriter final : public Around {
public:
    using Around::Around;
    EagerWriter(const EagerWriter&) = delete;
    EagerWriter& operator=(const EagerWriter&) = delete;
    ~EagerWriter() override {
        if (!ended_) sound->commit();
    }
    ObjectInfo commit() override {
        ended_ = true;
        return sound->commit();
    }
    void abort() noexcept override {
        ended_ = true;
        sound->abort();
    }

private:
    bool ended_ = false;
};

/// Takes its time to give up.
class SlowAbort final : public Around {
public:
    using Around::Around;
    SlowAbort(const SlowAbort&) = delete;
    SlowAbort& operator=(const SlowAbort&) = delete;
    ~SlowAbort() override { std::this_thread::sleep_for(std::chrono::milliseconds(2500)); }
};

/// Mixes the bytes of writers that are open at a time.
class MixedWriter final : public Around {
public:
    explicit MixedWriter(Sound around) : Around(std::move(around)) { ++open; }
    MixedWriter(const MixedWriter&) = delete;
    MixedWriter& operator=(const MixedWriter&) = delete;
    ~MixedWriter() override { --open; }
    void write(std::span<const std::byte> bytes) override {
        std::vector<std::byte> mixed(bytes.begin(), bytes.end());
        if (open > 1 && !mixed.empty()) mixed.front() ^= std::byte{1};
        sound->write(mixed);
    }

private:
    inline static std::atomic<int> open{0};
};

/// Keeps an object until commit(). What it has had stays in memory.
class HoardingWriter final : public Around {
public:
    using Around::Around;
    void write(std::span<const std::byte> bytes) override {
        all_.insert(all_.end(), bytes.begin(), bytes.end());
    }
    ObjectInfo commit() override {
        sound->write(all_);
        return sound->commit();
    }

private:
    std::vector<std::byte> all_;
};

/// Never looks at the run's stop.
class DeafWriter final : public Around {
public:
    DeafWriter(Sound around, RunContext& run) : Around(std::move(around)), run_(run) {}
    void write(std::span<const std::byte> bytes) override {
        if (!run_.stop().stop_requested()) sound->write(bytes);
    }
    ObjectInfo commit() override { return run_.stop().stop_requested() ? ObjectInfo() : sound->commit(); }

private:
    RunContext& run_;
};

/// Looks for the name, and then takes it whoever has it by then.
class TwoStepWriter final : public Around {
public:
    TwoStepWriter(Sound around, std::function<bool()> is_taken)
        : Around(std::move(around)), is_taken_(std::move(is_taken)) {}
    ObjectInfo commit() override {
        if (is_taken_()) throw Error(ErrorKind::AlreadyExists, "the name is taken");
        std::this_thread::sleep_for(std::chrono::milliseconds(2));  // an answer's way over a network
        return sound->commit();
    }

private:
    const std::function<bool()> is_taken_;
};

class LimitedWriter final : public Around {
public:
    LimitedWriter(Sound around, std::uint64_t room, ErrorKind kind)
        : Around(std::move(around)), room_(room), kind_(kind) {}
    void write(std::span<const std::byte> bytes) override {
        size_ += bytes.size();
        if (size_ > room_) throw Error(kind_, "there is no room left");
        sound->write(bytes);
    }

private:
    const std::uint64_t room_;
    const ErrorKind kind_;
    std::uint64_t size_ = 0;
};

class HoardingReader final : public ObjectReader {
public:
    explicit HoardingReader(std::unique_ptr<ObjectReader> sound) {
        std::vector<std::byte> block(std::size_t{1} << 20);
        while (const std::size_t count = sound->read(block))
            all_.insert(all_.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count));
    }
    std::size_t read(std::span<std::byte> into) override {
        const std::size_t count = std::min(into.size(), all_.size() - at_);
        std::copy_n(all_.begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
        at_ += count;
        return count;
    }

private:
    std::vector<std::byte> all_;
    std::size_t at_ = 0;
};

}  // namespace

Sound brokenWriter(std::string_view fault, Sound sound, RunContext& run) {
    if (fault == "commits at the end of scope") return std::make_unique<EagerWriter>(std::move(sound));
    if (fault == "gives up slowly") return std::make_unique<SlowAbort>(std::move(sound));
    if (fault == "mixes writers") return std::make_unique<MixedWriter>(std::move(sound));
    if (fault == "keeps all in memory") return std::make_unique<HoardingWriter>(std::move(sound));
    if (fault == "takes a stop for success") return std::make_unique<DeafWriter>(std::move(sound), run);
    return sound;
}

std::unique_ptr<ObjectReader> brokenReader(std::string_view fault, std::unique_ptr<ObjectReader> sound) {
    // It does not look at the run's stop either.
    if (fault == "reads all at once") return std::make_unique<HoardingReader>(std::move(sound));
    return sound;
}

Sound twoStepWriter(Sound sound, std::function<bool()> is_taken) {
    return std::make_unique<TwoStepWriter>(std::move(sound), std::move(is_taken));
}

Sound limitedWriter(Sound sound, std::uint64_t room, ErrorKind kind) {
    return std::make_unique<LimitedWriter>(std::move(sound), room, kind);
}
