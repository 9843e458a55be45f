#pragma once

#include <string>
#include <string_view>

#include <dbackup/sdk/unique_fd.h>

/// Ways into a tree that cannot leave it: every step is one name, taken without following a symbolic link.
/// Paths are relative, without "..", and may be longer than the system takes at once.
namespace dbackup::files {

/// Opens the folder at a path below another one; that one itself for "". Not open, with errno set, on
/// failure: ELOOP or ENOTDIR for a symbolic link.
sdk::UniqueFd openBeneath(int root, std::string_view path);
/// The same, making what is missing with mode 0700.
sdk::UniqueFd makeBeneath(int root, std::string_view path);
/// Removes a file, or a folder with all in it, also where a folder forbids it to its owner.
/// @throws Error of the system, naming what is left
void removeTree(int root, const std::string& path);
/// A name by which calls that know no descriptors reach an entry of an open folder; "" is the folder itself.
std::string procPath(int folder, std::string_view name);

}  // namespace dbackup::files
