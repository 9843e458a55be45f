#pragma once

#include <memory>
#include <string>

#include <dbackup/sdk/target.h>

#include "server.h"

namespace dbackup::webdav {

/// One GET. [one thread at a time]
class Download final : public sdk::ObjectReader {
public:
    /// @param run  outlives it
    /// @throws Error NotFound, ...
    Download(const Server& server, const std::string& path, sdk::ByteRange range, sdk::RunContext& run);
    std::size_t read(std::span<std::byte> into) override;

private:
    void skip(std::uint64_t bytes);

    std::unique_ptr<curl::Transfer> get_;
    std::optional<std::uint64_t> left_;  ///< of the range
};

}  // namespace dbackup::webdav
