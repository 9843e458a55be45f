#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace dbackup::postgres {

/// Keeps the edges of a plain-text dump and looks for its closing lines, to the last byte. [one thread]
class EndLineCheck {
public:
    /// @param line  "-- PostgreSQL database dump complete"
    explicit EndLineCheck(std::string line) : line_(std::move(line)) {}

    void update(std::span<const std::byte> bytes);
    /// @throws Error ToolFailed
    void requireComplete() const;

private:
    std::string line_;
    std::string head_;
    std::string tail_;
};

}  // namespace dbackup::postgres
