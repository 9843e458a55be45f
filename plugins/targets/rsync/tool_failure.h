#pragma once

#include <string>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

namespace dbackup::rsync {

/// The path of a tool. @throws Error ToolMissing
std::string requireTool(const std::string& name, const sdk::RunContext& run);

/// The error of an rsync that ended badly, by its exit status (rsync(1)) and by what it and ssh said.
/// @param what  what was tried, on what
sdk::Error toolFailure(const std::string& what, const sdk::ExitStatus& status, const std::string& said);

}  // namespace dbackup::rsync
