#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <dbackup/sdk/engine_extensions.h>
#include <dbackup/sdk/streams.h>

namespace dbackup::test {

/// One object that an engine dumped into a MemoryOutput.
struct MemoryObject {
    sdk::DumpObject object;
    std::string bytes;
    bool finished = false;
};

/// Keeps what an engine dumps. [thread-safe, as long as the engine works]
class MemoryOutput final : public sdk::DumpOutput {
public:
    std::unique_ptr<sdk::ByteSink> object(const sdk::DumpObject& object) override {
        const std::lock_guard lock(mutex_);
        objects.push_back(std::make_unique<MemoryObject>());
        objects.back()->object = object;
        return std::make_unique<Sink>(*this, *objects.back());
    }

    const MemoryObject& only() const { return *objects.at(0); }
    bool anyFinished() const {
        return std::any_of(objects.begin(), objects.end(), [](const auto& each) { return each->finished; });
    }

    std::vector<std::unique_ptr<MemoryObject>> objects;
    std::size_t block_bytes = 64 * 1024;  ///< set before use: room that acquire() gives
    /// Set before use: called with the bytes of the object so far before each block, by one thread at a time;
    /// may throw.
    std::function<void(std::size_t)> on_block;

private:
    class Sink final : public sdk::ByteSink {
    public:
        Sink(MemoryOutput& output, MemoryObject& object)
            : output_(output), object_(object), block_(output.block_bytes) {}
        std::span<std::byte> acquire() override {
            if (output_.on_block) {
                const std::lock_guard lock(output_.mutex_);
                output_.on_block(object_.bytes.size());
            }
            return block_;
        }
        void produced(std::size_t bytes) override {
            object_.bytes.append(static_cast<const char*>(static_cast<const void*>(block_.data())), bytes);
        }
        void finish() override { object_.finished = true; }

    private:
        MemoryOutput& output_;
        MemoryObject& object_;
        std::vector<std::byte> block_;
    };

    std::mutex mutex_;
};

/// Gives bytes to an engine that restores. [one thread]
class MemorySource final : public sdk::ByteSource {
public:
    explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}

    std::size_t read(std::span<std::byte> into) override {
        if (on_read) on_read(at_);
        const std::size_t count = std::min({into.size(), block_bytes, bytes_.size() - at_});
        std::copy_n(
            std::as_bytes(std::span(bytes_)).begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
        at_ += count;
        return count;
    }

    bool atEnd() const { return at_ == bytes_.size(); }

    std::size_t block_bytes = 64 * 1024;       ///< most that one read() gives
    std::function<void(std::size_t)> on_read;  ///< called with the bytes so far before each read; may throw

private:
    std::string bytes_;
    std::size_t at_ = 0;
};

/// Gives the objects of a dump to an engine that restores them together. [thread-safe]
class MemoryInput final : public sdk::DumpInput {
public:
    /// @param output  must outlive the object
    explicit MemoryInput(const MemoryOutput& output) : output_(output) {
        for (const auto& each : output.objects) {
            described_.push_back(each->object);
        }
    }

    const std::vector<sdk::DumpObject>& objects() const override { return described_; }
    std::unique_ptr<sdk::ByteSource> open(std::size_t index) override {
        auto source = std::make_unique<MemorySource>(output_.objects.at(index)->bytes);
        if (on_open) on_open(index, *source);
        return source;
    }

    /// Set before use: may change a source before it is read. Called by several threads.
    std::function<void(std::size_t, MemorySource&)> on_open;

private:
    const MemoryOutput& output_;
    std::vector<sdk::DumpObject> described_;
};

}  // namespace dbackup::test
