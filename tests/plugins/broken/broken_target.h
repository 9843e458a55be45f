#pragma once

#include "plain_folder_target.h"

/// The template's target with one fault of which the contract suite must tell.
class BrokenTarget final : public dbackup::sdk::StorageTarget {
public:
    explicit BrokenTarget(const dbackup::sdk::Settings& settings);

    dbackup::sdk::TargetLimits limits() const override { return sound_.limits(); }
    std::string test(dbackup::sdk::RunContext& run) override { return sound_.test(run); }
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
    bool does(std::string_view fault) const { return fault_ == fault; }

    std::filesystem::path folder_;
    std::string fault_;
    PlainFolderTarget sound_;
};
