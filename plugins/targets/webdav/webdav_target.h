#pragma once

#include <memory>
#include <optional>
#include <string>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/target.h>

#include "objects/name_locks.h"
#include "server.h"

namespace dbackup::webdav {

/// Objects as files below a folder of a WebDAV server (RFC 4918). [thread-safe]
class WebDavTarget final : public sdk::StorageTarget {
public:
    /// @throws Error Settings
    explicit WebDavTarget(const sdk::Settings& settings) : server_(settings) {}

    sdk::TargetLimits limits() const override { return {}; }
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
    bool listFolder(const std::string& folder,
                    const std::string& prefix,
                    const sdk::ListCallback& callback,
                    sdk::RunContext& run) const;

    Server server_;
    objects::NameLocks names_;
};

}  // namespace dbackup::webdav
