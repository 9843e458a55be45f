#pragma once

#include <cstdint>
#include <string_view>

#include <dbackup/sdk/abi.h>

namespace dbackup::plugin {

/// Decides from data alone whether this host can work with a plugin; runs none of its code.
/// @throws Error Unsupported with both values for another ABI; Settings naming every fault of the description
void negotiate(const dbackup_plugin_info& info);

/// "engine" | "target" | "channel"; "" for an unknown kind.
std::string_view kindName(std::uint32_t kind) noexcept;

}  // namespace dbackup::plugin
