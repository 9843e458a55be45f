#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <dbackup/sdk/streams.h>

namespace dbackup::contract {

/// Takes what an engine dumps: counts it, and keeps it in a file when told. [thread-safe, as long as the
/// engine works]
class DumpFile final : public sdk::DumpOutput {
public:
    /// @param folder  where objects are kept; empty = they are counted only
    explicit DumpFile(std::filesystem::path folder = {});

    std::unique_ptr<sdk::ByteSink> object(const sdk::DumpObject& object) override;

    struct Object {
        sdk::DumpObject object;
        std::filesystem::path file;
        std::uint64_t size_bytes = 0;
        int finished = 0;  ///< how often finish() was called
    };
    /// When the engine has ended.
    const std::vector<std::shared_ptr<Object>>& objects() const noexcept { return objects_; }
    std::uint64_t bytes() const;
    /// There are objects, and each was finished once.
    bool complete() const;
    bool anyFinished() const;

    /// Set before use: called before each block with the bytes so far, by one thread at a time; may throw.
    std::function<void(std::uint64_t)> on_block;

private:
    class Sink;

    const std::filesystem::path folder_;
    std::mutex calling_;        ///< on_block
    mutable std::mutex mutex_;  ///< the rest
    std::vector<std::shared_ptr<Object>> objects_;
};

/// Gives the bytes of a kept object back. [one thread]
class DumpSource final : public sdk::ByteSource {
public:
    explicit DumpSource(const std::filesystem::path& file);
    std::size_t read(std::span<std::byte> into) override;

    std::uint64_t end_at = ~std::uint64_t{0};    ///< set before use: the object seems to end here
    std::function<void(std::uint64_t)> on_read;  ///< set before use: called with the bytes so far; may throw

private:
    std::ifstream file_;
    std::uint64_t at_ = 0;
};

}  // namespace dbackup::contract
