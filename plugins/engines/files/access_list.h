#pragma once

#include <string>

#include <archive.h>
#include <archive_entry.h>

#include "user_names.h"

/// POSIX access control lists between the kernel's form, the extended attributes system.posix_acl_access and
/// system.posix_acl_default, and archive entries. Form: linux/posix_acl_xattr.h.
namespace dbackup::files {

inline constexpr const char* access_list_name = "system.posix_acl_access";
inline constexpr const char* default_list_name = "system.posix_acl_default";

/// Adds a list to an entry. False when it is not in the kernel's form.
/// @param type  ARCHIVE_ENTRY_ACL_TYPE_ACCESS or ARCHIVE_ENTRY_ACL_TYPE_DEFAULT
bool addAccessList(archive_entry* entry, int type, const std::string& value, UserNames& names);
/// The kernel's form of an entry's list; empty when it has none. Names known here come before numbers.
std::string accessListOf(archive_entry* entry, int type, UserNames& names);

}  // namespace dbackup::files
