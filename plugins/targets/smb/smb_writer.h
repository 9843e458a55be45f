#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/target.h>

#include "objects/name_locks.h"
#include "smbclient.h"

namespace dbackup::smb {

/// Writes an object under a temporary name beside its own. [one thread at a time]
class SmbWriter final : public sdk::ObjectWriter {
public:
    /// All outlive it. @throws Error AlreadyExists, Authentication, Permission, Unavailable
    SmbWriter(const Smbclient& client,
              objects::NameLocks& names,
              const sdk::ObjectSpec& spec,
              sdk::RunContext& run);
    SmbWriter(const SmbWriter&) = delete;
    SmbWriter& operator=(const SmbWriter&) = delete;
    ~SmbWriter() override;

    void write(std::span<const std::byte> bytes) override;
    sdk::ObjectInfo commit() override;
    void abort() noexcept override;

private:
    void endUpload();
    /// The error that an upload ended with. @param said  by smbclient
    sdk::Error failure(const std::string& said) const;
    void giveName();
    void giveUp();
    std::string folderCommands() const;

    const Smbclient& client_;
    objects::NameLocks& names_;
    const sdk::ObjectSpec spec_;
    sdk::RunContext& run_;
    const std::string temporary_name_;
    bool ended_ = false;
    std::uint64_t written_ = 0;
    std::unique_ptr<sdk::Subprocess> process_;
};

}  // namespace dbackup::smb
