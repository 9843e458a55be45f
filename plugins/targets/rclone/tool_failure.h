#pragma once

#include <string>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

namespace dbackup::rclone {

/// The error of an rclone that ended badly, by its exit status (https://rclone.org/docs/#exit-code) and by
/// what it said.
/// @param what  what was tried, on what: "cannot write gdrive:a/b"
sdk::Error toolFailure(const std::string& what, const sdk::ExitStatus& status, const std::string& said);

}  // namespace dbackup::rclone
