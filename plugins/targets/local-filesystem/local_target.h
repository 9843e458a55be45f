#pragma once

#include <memory>
#include <optional>
#include <string>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/target.h>

#include "base_folder.h"

namespace dbackup::local {

/// Objects as files below a folder of this machine. [thread-safe]
class LocalTarget final : public sdk::StorageTarget {
public:
    /// @throws Error Settings when the folder is no absolute path
    explicit LocalTarget(const sdk::Settings& settings);

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
    std::string freeSpace() const;

    BaseFolder base_;
};

}  // namespace dbackup::local
