#pragma once

#include <dbackup/sdk/target_extensions.h>

#include "plain_folder_target.h"

/// The template's target with one fault of which the contract suite must tell.
class BrokenTarget final : public dbackup::sdk::StorageTarget, public dbackup::sdk::BatchRemove {
public:
    explicit BrokenTarget(const dbackup::sdk::Settings& settings);

    dbackup::sdk::TargetLimits limits() const override { return sound_.limits(); }
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
    void* extension(std::string_view wanted) noexcept override;
    void removeAll(std::span<const std::string> names, dbackup::sdk::RunContext& run) override;

private:
    /// As a server would look at who comes.
    void connect(dbackup::sdk::RunContext& run);
    bool does(std::string_view fault) const { return fault_ == fault; }

    std::filesystem::path folder_;
    std::string fault_;
    std::string password_;
    std::string identity_;
    bool any_identity_;
    std::uint64_t room_;
    PlainFolderTarget sound_;
};
