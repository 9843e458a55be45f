#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace dbackup::mysql {

/// Keeps the end of a dump and looks for its closing line, "-- Dump completed on ...". [one thread]
class EndLineCheck {
public:
    void update(std::span<const std::byte> bytes);
    /// @throws Error ToolFailed
    void requireComplete() const;

private:
    std::string tail_;
};

}  // namespace dbackup::mysql
