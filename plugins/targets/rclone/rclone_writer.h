#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/target.h>

#include "objects/name_locks.h"
#include "rclone.h"

namespace dbackup::rclone {

/// Writes an object by rclone rcat: straight to its name where the storage shows only complete uploads,
/// otherwise to a temporary name beside it. [one thread at a time]
class RcloneWriter final : public sdk::ObjectWriter {
public:
    /// All outlive it. @throws Error AlreadyExists, ToolMissing, Unsupported and what rclone reports
    RcloneWriter(Rclone& rclone,
                 objects::NameLocks& names,
                 const sdk::ObjectSpec& spec,
                 sdk::RunContext& run);
    RcloneWriter(const RcloneWriter&) = delete;
    RcloneWriter& operator=(const RcloneWriter&) = delete;
    ~RcloneWriter() override;

    void write(std::span<const std::byte> bytes) override;
    sdk::ObjectInfo commit() override;
    void abort() noexcept override;

private:
    enum class State { None = 0, Open, Uploaded, Ended };

    /// @return whether there is an object of that name, which is to be replaced
    bool refuseExisting();
    /// Checks the upload and gives it its name. @return what it is, still under the temporary name
    sdk::ObjectInfo nameUpload();
    void giveName();
    void endUpload();
    sdk::ObjectInfo checkedUpload();
    void giveUp();
    [[noreturn]] void failUpload();

    Rclone& rclone_;
    objects::NameLocks& names_;
    const sdk::ObjectSpec spec_;
    sdk::RunContext& run_;
    const bool direct_;
    const std::string upload_name_;
    State state_ = State::Open;
    bool replaces_ = false;  ///< straight to its name, where there is another object
    std::uint64_t written_ = 0;
    std::optional<Call> call_;  ///< outlives process_
    std::unique_ptr<sdk::Subprocess> process_;
};

}  // namespace dbackup::rclone
