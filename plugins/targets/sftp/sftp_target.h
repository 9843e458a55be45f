#pragma once

#include <memory>
#include <optional>
#include <string>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/target.h>

#include "connection_pool.h"
#include "remote_folder.h"

namespace dbackup::sftp {

/// Objects as files below a folder of an SFTP server. [thread-safe]
class SftpTarget final : public sdk::StorageTarget {
public:
    /// @throws Error Settings
    explicit SftpTarget(const sdk::Settings& settings);

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
    bool removeFile(std::vector<std::string> parts, sdk::RunContext& run);
    std::string findings(sdk::RunContext& run);

    ConnectionPool pool_;
    const RemoteFolder folder_;
};

}  // namespace dbackup::sftp
