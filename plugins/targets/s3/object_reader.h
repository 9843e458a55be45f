#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <dbackup/sdk/target.h>

#include "bucket.h"

namespace dbackup::s3 {

/// Reads an object, or a range of it. When the connection breaks, it goes on where it was.
class ObjectReader final : public sdk::ObjectReader {
public:
    /// @param bucket, run  outlive it
    /// @throws Error NotFound
    ObjectReader(Bucket& bucket, std::string key, sdk::ByteRange range, sdk::RunContext& run);
    std::size_t read(std::span<std::byte> into) override;

private:
    void requireThere();
    void open();
    void takeHead(const curl::Response& head, bool is_first);
    std::size_t receive(std::span<std::byte> into);

    Bucket& bucket_;
    const std::string key_;
    sdk::RunContext& run_;
    std::uint64_t offset_;
    std::optional<std::uint64_t> left_;  // bytes; absent: not known before the first answer
    std::string etag_;
    std::unique_ptr<curl::Transfer> transfer_;
};

}  // namespace dbackup::s3
