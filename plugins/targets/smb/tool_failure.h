#pragma once

#include <string>
#include <string_view>

#include <dbackup/sdk/error.h>

namespace dbackup::smb {

/// The last "NT_STATUS_..." in what smbclient said; empty when there is none.
std::string statusIn(std::string_view said);

/// The error that a status of the server stands for ([MS-ERREF] 2.3).
/// @param what  what was tried, on what: "cannot write //nas/backups/a"
sdk::Error toolFailure(const std::string& what, std::string_view said);

}  // namespace dbackup::smb
