#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "connection_pool.h"
#include "remote_folder.h"

namespace dbackup::sftp {

/// Writes a file under a temporary name beside its final one, many requests at a time, on a connection of its
/// own. [one thread at a time]
class ObjectWriter final : public sdk::ObjectWriter {
public:
    /// @param pool, folder, run  outlive it
    /// @throws Error AlreadyExists, Permission, NoSpace, Unavailable
    ObjectWriter(ConnectionPool& pool,
                 const RemoteFolder& folder,
                 const sdk::ObjectSpec& spec,
                 sdk::RunContext& run);
    ObjectWriter(const ObjectWriter&) = delete;
    ObjectWriter& operator=(const ObjectWriter&) = delete;
    ~ObjectWriter() override;

    void write(std::span<const std::byte> bytes) override;
    sdk::ObjectInfo commit() override;
    void abort() noexcept override;

private:
    struct Sent {
        std::uint32_t id;
        std::size_t bytes;
    };

    std::string path() const { return folder_.pathOf(spec_.name); }
    void refuseExisting();
    void createTemporary();
    bool tryToCreate(bool with_folders);
    void sendChunk(std::span<const std::byte> bytes);
    void acknowledge(const Answer& answer);
    void awaitWrites(std::size_t most_in_flight);
    Attributes closeFile();
    void putInPlace();
    void renameToFinal();
    /// After a connection was lost while the server renamed: has it?
    bool isInPlace();
    void giveUp();
    bool canStillAsk();
    [[noreturn]] void failToWrite(const Status& status);

    ConnectionPool& pool_;
    const RemoteFolder& folder_;
    const sdk::ObjectSpec spec_;
    sdk::RunContext& run_;
    sdk::UnstoppableRun finishing_;  ///< for what must not be left half done
    std::vector<std::string> folder_parts_;
    std::string temporary_path_;
    std::string token_;  ///< empty once nothing is left behind
    ConnectionPool::Lease connection_;
    std::string handle_;
    bool asked_to_create_ = false;  ///< and not answered yet
    bool ended_ = false;
    std::vector<std::byte> chunk_;
    std::deque<Sent> sent_;
    std::size_t in_flight_ = 0;
    std::uint64_t written_ = 0;
};

}  // namespace dbackup::sftp
