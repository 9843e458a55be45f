#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dbackup::postgres {

/// Keeps the end of a plain-text dump and looks for its closing line. [one thread]
class EndLineCheck {
public:
    /// @param line  "-- PostgreSQL database dump complete"
    explicit EndLineCheck(std::string line) : line_(std::move(line)) {}

    void update(std::span<const std::byte> bytes);
    /// @throws Error ToolFailed
    void requireComplete() const;

private:
    std::string line_;
    std::string tail_;
    bool any_ = false;
};

}  // namespace dbackup::postgres
