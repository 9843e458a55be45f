#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <dbackup/sdk/streams.h>

#include "core/base/hash.h"
#include "core/pipeline/destination.h"
#include "core/pipeline/fan_out.h"
#include "core/pipeline/observer.h"

namespace dbackup::pipeline {

/// The stored bytes of an object, its volumes one after another, each checked against its size and SHA-256 at
/// its end. Errors name the object and the destination. [one thread at a time]
class StoredSource final : public sdk::ByteSource {
public:
    /// @param where  keeps the object; outlives the source
    /// @param volumes  names below the destination's root, in order
    StoredSource(const Destination& where, std::vector<Volume> volumes);
    StoredSource(const StoredSource&) = delete;
    StoredSource& operator=(const StoredSource&) = delete;
    ~StoredSource() override;

    /// @throws Error Integrity, NotFound, Unavailable, Cancelled
    std::size_t read(std::span<std::byte> into) override;

private:
    void openNext();
    void endVolume();
    [[noreturn]] void damaged(const std::string& reason) const;

    const Destination& where_;
    const std::vector<Volume> volumes_;
    std::size_t next_ = 0;  ///< volume after the current one
    std::unique_ptr<sdk::ObjectReader> reader_;
    std::uint64_t read_ = 0;  ///< of the current volume
    Sha256 hash_;
};

/// What a dump was before it was stored.
struct Original {
    std::string name;  ///< of the object, for errors
    std::uint64_t size_bytes = 0;
    std::string sha256;
};

/// Checks size and SHA-256 of a stream: its read() returns 0 only when both agree. [one thread at a time]
class CheckedSource final : public sdk::ByteSource {
public:
    CheckedSource(std::unique_ptr<sdk::ByteSource> bytes, Original original, Observer& observer);
    CheckedSource(const CheckedSource&) = delete;
    CheckedSource& operator=(const CheckedSource&) = delete;
    ~CheckedSource() override;

    /// @throws Error Integrity, and what `bytes` throws
    std::size_t read(std::span<std::byte> into) override;

private:
    std::unique_ptr<sdk::ByteSource> bytes_;
    const Original original_;
    Observer& observer_;
    std::uint64_t read_ = 0;
    bool ended_ = false;
    Sha256 hash_;
};

}  // namespace dbackup::pipeline
