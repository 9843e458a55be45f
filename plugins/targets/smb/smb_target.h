#pragma once

#include <memory>
#include <optional>
#include <string>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/target.h>

#include "objects/name_locks.h"
#include "smbclient.h"

namespace dbackup::smb {

/// Objects below a folder of a share. [thread-safe]
class SmbTarget final : public sdk::StorageTarget {
public:
    /// @throws Error Settings
    explicit SmbTarget(const sdk::Settings& settings) : client_(settings) {}

    sdk::TargetLimits limits() const override;
    std::string test(sdk::RunContext& run) override;
    std::unique_ptr<sdk::ObjectWriter> create(const sdk::ObjectSpec& spec, sdk::RunContext& run) override;
    std::unique_ptr<sdk::ObjectReader> open(const std::string& name,
                                            sdk::ByteRange range,
                                            sdk::RunContext& run) override;
    std::optional<sdk::ObjectInfo> stat(const std::string& name, sdk::RunContext& run) override;
    void list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) override;
    bool remove(const std::string& name, sdk::RunContext& run) override;
    void cleanup(const std::string& token, sdk::RunContext& run) override;

private:
    Smbclient client_;
    objects::NameLocks names_;
};

}  // namespace dbackup::smb
