#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <dbackup/sdk/streams.h>

namespace dbackup::test {

/// What an engine has dumped.
struct Dump {
    sdk::DumpObject object;
    std::string bytes;
    bool finished = false;
};

class MemorySink final : public sdk::ByteSink {
public:
    explicit MemorySink(Dump& dump) : dump_(dump), block_(1000) {}
    std::span<std::byte> acquire() override { return block_; }
    void produced(std::size_t bytes) override {
        dump_.bytes.append(reinterpret_cast<const char*>(block_.data()), bytes);
    }
    void finish() override { dump_.finished = true; }

private:
    Dump& dump_;
    std::vector<std::byte> block_;
};

class MemoryOutput final : public sdk::DumpOutput {
public:
    std::unique_ptr<sdk::ByteSink> object(const sdk::DumpObject& object) override {
        dump.object = object;
        return std::make_unique<MemorySink>(dump);
    }
    Dump dump;
};

class MemorySource final : public sdk::ByteSource {
public:
    explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}
    std::size_t read(std::span<std::byte> into) override {
        const std::size_t count = std::min({into.size(), bytes_.size() - at_, std::size_t{777}});
        std::memcpy(into.data(), bytes_.data() + at_, count);
        at_ += count;
        return count;
    }

private:
    std::string bytes_;
    std::size_t at_ = 0;
};

}  // namespace dbackup::test
