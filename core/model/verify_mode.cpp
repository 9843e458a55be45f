#include "core/model/verify_mode.h"

namespace dbackup {

std::string_view toString(VerifyMode mode) noexcept {
    switch (mode) {
        case VerifyMode::Size:
            return "size";
        case VerifyMode::Checksum:
            return "checksum";
        case VerifyMode::Full:
            return "full";
        case VerifyMode::None:
            break;
    }
    return "";
}

std::optional<VerifyMode> verifyModeFrom(std::string_view name) noexcept {
    for (const auto mode : {VerifyMode::Size, VerifyMode::Checksum, VerifyMode::Full}) {
        if (toString(mode) == name) return mode;
    }
    return std::nullopt;
}

}  // namespace dbackup
