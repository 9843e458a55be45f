#pragma once

#include "folder_engine.h"

/// The template's engine with one fault of which the contract suite must tell.
class BrokenEngine final : public dbackup::sdk::DatabaseEngine {
public:
    explicit BrokenEngine(const dbackup::sdk::Settings& settings);

    dbackup::sdk::ServerInfo test(dbackup::sdk::RunContext& run) override;
    std::vector<dbackup::sdk::DatabaseInfo> databases(dbackup::sdk::RunContext& run) override;
    void dump(const dbackup::sdk::DumpRequest& request,
              dbackup::sdk::DumpOutput& output,
              dbackup::sdk::RunContext& run) override;
    void checkRestore(const dbackup::sdk::RestoreRequest& request, dbackup::sdk::RunContext& run) override;
    void restore(const dbackup::sdk::RestoreRequest& request,
                 dbackup::sdk::ByteSource& source,
                 dbackup::sdk::RunContext& run) override;

private:
    bool does(std::string_view fault) const { return fault_ == fault; }
    /// Faults about the tools of a dump. @return true when it has dumped by one
    bool dumpsByTool(const dbackup::sdk::DumpRequest& request,
                     dbackup::sdk::DumpOutput& output,
                     dbackup::sdk::RunContext& run);
    static void dumpGlobals(dbackup::sdk::DumpOutput& output);
    /// The sound restore, with faults about what it reads.
    void fill(const dbackup::sdk::RestoreRequest& request,
              dbackup::sdk::ByteSource& source,
              dbackup::sdk::RunContext& run);

    std::filesystem::path folder_;
    std::string password_;
    std::string fault_;
    FolderEngine sound_;
};
