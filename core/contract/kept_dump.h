#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/contract/dump_file.h"
#include "core/contract/subject.h"

namespace dbackup::contract {

/// How the bytes of an object come to be other than they should, or slowly.
using SourceFault = std::function<void(DumpSource&)>;

/// A dump in files, to restore from. The subject outlives it. [one thread]
class KeptDump {
public:
    /// @param changes  of the settings, for the dump
    KeptDump(const Subject& subject,
             const sdk::DumpRequest& request,
             const JsonObject& changes = JsonObject());
    /// Of the database that the check file names.
    explicit KeptDump(const Subject& subject);

    /// Size of the largest object: where faults take effect.
    std::uint64_t size() const;
    sdk::RestoreRequest into(const std::string& name, bool overwrite = false) const;
    /// The engine of the place that is restored into.
    std::shared_ptr<sdk::DatabaseEngine> engine() const;
    void restore(const sdk::RestoreRequest& request, sdk::RunContext& run, SourceFault fault = {}) const;
    /// Restores nothing has been made by: a restore would be taken.
    void requireFree(const std::string& name) const;

private:
    const Subject& subject_;
    std::unique_ptr<CheckRun> run_;
    DumpFile dump_;
};

}  // namespace dbackup::contract
