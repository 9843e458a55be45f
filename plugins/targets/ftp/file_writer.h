#pragma once

#include <memory>
#include <string>

#include <dbackup/sdk/target.h>

#include "objects/name_locks.h"
#include "server.h"

namespace dbackup::ftp {

/// STOR to a temporary name, and a rename when all has arrived. [one thread at a time]
class FileWriter final : public sdk::ObjectWriter {
public:
    FileWriter(Server& server, objects::NameLocks& names, const sdk::ObjectSpec& spec, sdk::RunContext& run);
    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;
    ~FileWriter() override;

    void write(std::span<const std::byte> bytes) override;
    sdk::ObjectInfo commit() override;
    void abort() noexcept override;

private:
    void refuseExisting() const;
    void begin();
    void endUpload();
    void requireWhole() const;
    void giveName();
    void rename();
    void removeTemporary();
    void requireRoom() const;
    template <class Call>
    void guarded(const Call& call);

    Server& server_;
    objects::NameLocks& names_;
    const sdk::ObjectSpec spec_;
    sdk::RunContext& run_;
    const std::string path_;
    const std::string what_;
    std::string temporary_;
    std::string token_;  // empty once there is nothing left to remove
    std::unique_ptr<curl::Transfer> upload_;
    std::uint64_t written_ = 0;
    bool open_ = true;
};

}  // namespace dbackup::ftp
