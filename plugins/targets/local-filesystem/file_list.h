#pragma once

#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>

#include "base_folder.h"

namespace dbackup::local {

/// Walks over the files below the base. Symbolic links, temporary names and what is no file are left out.
/// [one thread]
class FileList {
public:
    /// All outlive it.
    FileList(const BaseFolder& base, const sdk::ListCallback& callback, sdk::RunContext& run)
        : base_(base), callback_(callback), run_(run) {}

    /// @throws Error Permission and others of the system; Cancelled
    void walk(const std::string& prefix);

private:
    bool walkFolder(sdk::UniqueFd folder, const std::string& name, const std::string& start, int depth);
    bool visit(int folder, const std::string& folder_name, const std::string& part, int depth);

    const BaseFolder& base_;
    const sdk::ListCallback& callback_;
    sdk::RunContext& run_;
};

}  // namespace dbackup::local
