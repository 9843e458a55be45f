#pragma once

#include <cstdint>
#include <string>

#include <dbackup/sdk/target.h>
#include <dbackup/sdk/unique_fd.h>

#include "md5.h"
#include "objects/name_locks.h"
#include "rsync.h"

namespace dbackup::rsync {

/// Writes an object piece by piece at the end of a temporary file on the server. rsync sends files, not
/// streams: each piece is a file of this machine that has a hole for all that was sent before. [one thread at
/// a time]
class RsyncWriter final : public sdk::ObjectWriter {
public:
    /// All outlive it. @throws Error
    RsyncWriter(Rsync& rsync, objects::NameLocks& names, const sdk::ObjectSpec& spec, sdk::RunContext& run);
    RsyncWriter(const RsyncWriter&) = delete;
    RsyncWriter& operator=(const RsyncWriter&) = delete;
    ~RsyncWriter() override;

    void write(std::span<const std::byte> bytes) override;
    sdk::ObjectInfo commit() override;
    void abort() noexcept override;

private:
    void refuseExisting();
    void sendPiece();
    void giveName();
    void giveUp();

    Rsync& rsync_;
    objects::NameLocks& names_;
    const sdk::ObjectSpec spec_;
    sdk::RunContext& run_;
    const std::string temporary_folder_;
    const std::string temporary_name_;
    const std::string piece_path_;
    sdk::UniqueFd piece_;
    Md5 md5_;
    bool ended_ = false;
    bool sent_any_ = false;
    std::uint64_t written_ = 0;
    std::uint64_t sent_ = 0;
};

}  // namespace dbackup::rsync
