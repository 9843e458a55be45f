#pragma once

#include <memory>
#include <optional>
#include <string>

#include <dbackup/sdk/target.h>

#include "server.h"

namespace dbackup::ftp {

/// RETR of a file, from an offset on. [one thread at a time]
class FileReader final : public sdk::ObjectReader {
public:
    /// @param run  outlives it
    /// @throws Error NotFound, ...
    FileReader(Server& server, const std::string& path, sdk::ByteRange range, sdk::RunContext& run);
    std::size_t read(std::span<std::byte> into) override;

private:
    const std::string what_;
    std::unique_ptr<curl::Transfer> download_;
    std::uint64_t left_ = 0;
};

}  // namespace dbackup::ftp
