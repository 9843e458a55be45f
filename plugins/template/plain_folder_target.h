#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <dbackup/sdk/settings.h>
#include <dbackup/sdk/target.h>

/// A target that keeps each object as a file below a folder.
class PlainFolderTarget final : public dbackup::sdk::StorageTarget {
public:
    explicit PlainFolderTarget(const dbackup::sdk::Settings& settings);

    dbackup::sdk::TargetLimits limits() const override;
    std::string test(dbackup::sdk::RunContext& run) override;
    std::unique_ptr<dbackup::sdk::ObjectWriter> create(const dbackup::sdk::ObjectSpec& spec,
                                                       dbackup::sdk::RunContext& run) override;
    std::unique_ptr<dbackup::sdk::ObjectReader> open(const std::string& name,
                                                     dbackup::sdk::ByteRange range,
                                                     dbackup::sdk::RunContext& run) override;
    std::optional<dbackup::sdk::ObjectInfo> stat(const std::string& name,
                                                 dbackup::sdk::RunContext& run) override;
    void list(const std::string& prefix,
              const dbackup::sdk::ListCallback& callback,
              dbackup::sdk::RunContext& run) override;
    bool remove(const std::string& name, dbackup::sdk::RunContext& run) override;
    void cleanup(const std::string& token, dbackup::sdk::RunContext& run) override;

private:
    std::filesystem::path fileOf(const std::string& name) const;

    std::filesystem::path folder_;
};
