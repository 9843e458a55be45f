#pragma once

#include <optional>
#include <string_view>

namespace dbackup {

/// How a destination's objects are checked once they are stored there.
enum class VerifyMode {
    None = 0,
    Size,      ///< they are there and have their size
    Checksum,  ///< and their SHA-256: the server's own where it has one, else of the bytes read back
    Full,      ///< read back, decompressed, and compared with what the engine made
};

std::string_view toString(VerifyMode mode) noexcept;  ///< "size" | "checksum" | "full"; "" for None
std::optional<VerifyMode> verifyModeFrom(std::string_view name) noexcept;

}  // namespace dbackup
