#pragma once

#include <array>
#include <cstdint>
#include <future>
#include <memory>
#include <string>

#include <dbackup/sdk/target.h>

#include "md5.h"
#include "objects/name_locks.h"
#include "objects/run_link.h"
#include "piece_file.h"
#include "rsync.h"

namespace dbackup::rsync {

/// Writes an object piece by piece at the end of a temporary file on the server; one piece is sent while the
/// next is filled. [one thread at a time]
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
    PieceFile& filling();  // made when it is first asked for
    void sendPiece();
    void awaitPiece();
    void giveName();
    void giveUp();

    std::unique_ptr<SharedConnection> connection_;
    Rsync rsync_;  // over it, once it is there
    objects::NameLocks& names_;
    const sdk::ObjectSpec spec_;
    sdk::RunContext& run_;
    const std::string temporary_folder_;
    const std::string temporary_name_;
    std::array<std::unique_ptr<PieceFile>, 2> pieces_;
    std::size_t filling_ = 0;  ///< index of the piece that is written to
    Md5 md5_;
    bool ended_ = false;
    bool sent_any_ = false;
    std::uint64_t written_ = 0;
    std::uint64_t sent_ = 0;  ///< bytes of the pieces that are sent or on their way
    objects::PartRun sending_run_;
    std::future<void> sending_;  // last: it uses what is above
};

}  // namespace dbackup::rsync
