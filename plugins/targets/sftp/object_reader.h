#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>

#include "connection_pool.h"
#include "remote_folder.h"

namespace dbackup::sftp {

/// Reads a range of a file, many requests ahead, on a connection of its own. [one thread at a time]
class ObjectReader final : public sdk::ObjectReader {
public:
    /// @param pool, run  outlive it
    /// @throws Error NotFound, Permission, Unavailable
    ObjectReader(ConnectionPool& pool,
                 const RemoteFolder& folder,
                 const std::string& name,
                 sdk::ByteRange range,
                 sdk::RunContext& run);
    ObjectReader(const ObjectReader&) = delete;
    ObjectReader& operator=(const ObjectReader&) = delete;
    ~ObjectReader() override;

    std::size_t read(std::span<std::byte> into) override;

private:
    struct Asked {
        std::uint32_t id;
        std::uint64_t offset;
        std::uint32_t bytes;
    };

    void ask();
    Asked askFor(std::uint64_t offset, std::uint64_t bytes);
    /// Takes the next block over into block_; without one the file has ended.
    void nextBlock();
    void closeFile();

    const std::string path_;
    sdk::RunContext& run_;
    ConnectionPool::Lease connection_;
    std::string handle_;
    std::deque<Asked> asked_;
    std::uint64_t in_flight_ = 0;
    std::uint64_t offset_ = 0;  ///< of what is asked for next
    std::uint64_t end_ = 0;     ///< of the range
    std::string block_;
    std::size_t at_ = 0;  ///< in the block
};

}  // namespace dbackup::sftp
