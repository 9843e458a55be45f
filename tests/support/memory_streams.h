#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <dbackup/sdk/streams.h>

namespace dbackup::test {

/// One object that an engine dumped into a MemoryOutput.
struct MemoryObject {
    sdk::DumpObject object;
    std::string bytes;
    bool finished = false;
};

/// Keeps what an engine dumps. [one thread]
class MemoryOutput final : public sdk::DumpOutput {
public:
    std::unique_ptr<sdk::ByteSink> object(const sdk::DumpObject& object) override {
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
    /// Set before use: called with the bytes so far before each block; may throw.
    std::function<void(std::size_t)> on_block;

private:
    class Sink final : public sdk::ByteSink {
    public:
        Sink(MemoryOutput& output, MemoryObject& object)
            : output_(output), object_(object), block_(output.block_bytes) {}
        std::span<std::byte> acquire() override {
            if (output_.on_block) output_.on_block(object_.bytes.size());
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

}  // namespace dbackup::test
