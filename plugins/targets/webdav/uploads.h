#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <dbackup/sdk/target.h>

#include "objects/name_locks.h"
#include "server.h"

namespace dbackup::webdav {

/// What the ways to upload share: the announced leftover, the move to the object's name, and giving up. [one
/// thread at a time]
class Upload : public sdk::ObjectWriter {
public:
    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;
    ~Upload() override = default;

    void write(std::span<const std::byte> bytes) final;
    sdk::ObjectInfo commit() final;
    void abort() noexcept final;

protected:
    /// @param token  announced, and removed by abort(): a path of the server
    /// @param names  of the target; all but the spec and the token outlive this
    Upload(const Server& server,
           objects::NameLocks& names,
           const sdk::ObjectSpec& spec,
           sdk::RunContext& run,
           std::string token);

    virtual void send(std::span<const std::byte> bytes) = 0;
    /// Ends the upload. @return the path that is moved to the object's name
    virtual std::string complete() = 0;
    /// Headers of that move.
    virtual std::vector<std::string> moveHeaders() const { return {}; }
    /// Breaks off what is under way.
    virtual void breakOff() noexcept = 0;

    const Server& server() const noexcept { return server_; }
    sdk::RunContext& run() const noexcept { return run_; }
    const std::string& path() const noexcept { return path_; }
    const std::string& token() const noexcept { return token_; }
    std::uint64_t written() const noexcept { return written_; }
    std::string what() const { return "cannot write " + server_.textOf(path_); }

private:
    void refuseExisting() const;
    void move(const std::string& from) const;
    bool isMoved() const;
    sdk::ObjectInfo requireWhole() const;

    const Server& server_;
    objects::NameLocks& names_;
    const sdk::ObjectSpec spec_;
    sdk::RunContext& run_;
    const std::string path_;
    std::string token_;  // empty once there is nothing left to remove
    std::uint64_t written_ = 0;
    bool open_ = true;
};

/// One PUT to a temporary name, then a move.
std::unique_ptr<sdk::ObjectWriter> putUpload(const Server& server,
                                             objects::NameLocks& names,
                                             const sdk::ObjectSpec& spec,
                                             sdk::RunContext& run);
/// Nextcloud's chunks
/// (https://docs.nextcloud.com/server/latest/developer_manual/client_apis/WebDAV/chunking.html): a folder of
/// pieces that the server puts together.
std::unique_ptr<sdk::ObjectWriter> chunkUpload(const Server& server,
                                               objects::NameLocks& names,
                                               const sdk::ObjectSpec& spec,
                                               sdk::RunContext& run);

}  // namespace dbackup::webdav
