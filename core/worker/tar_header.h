#pragma once

#include <cstdint>
#include <string>

#include "core/base/clock.h"

namespace dbackup::worker {

/// What goes before a file's bytes in a tar archive (POSIX.1-2001, pax where ustar does not suffice): names
/// of any length, sizes of any size. Mode 0600, nobody's. Thread-safe.
/// @throws Error Internal
std::string tarHeader(const std::string& name, std::uint64_t size_bytes, TimePoint modified);
/// What goes after them.
std::string tarPadding(std::uint64_t size_bytes);
/// What goes after the last file.
std::string tarEnd();

}  // namespace dbackup::worker
