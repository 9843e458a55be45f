#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <dbackup/sdk/run_context.h>

namespace dbackup::files {

/// Names what went wrong with single files while the run goes on, up to a limit: a million of unreadable
/// files are not to become a million log entries. [one thread]
class Warnings {
public:
    static constexpr std::uint64_t most_named = 1000;

    explicit Warnings(sdk::RunContext& run) : run_(run) {}

    /// @param path  as the file system has it
    /// @param what  "vanished while the folder was read"
    void about(std::string_view path, std::string_view what);
    /// The same with the system's own words for an errno value.
    void about(std::string_view path, std::string_view what, int error_number);
    /// Says a thing that holds for many files once.
    void once(bool& said, std::string_view what);
    /// Tells how many were not named.
    void summarize();

    std::uint64_t count() const noexcept { return count_; }

private:
    sdk::RunContext& run_;
    std::uint64_t count_ = 0;
};

}  // namespace dbackup::files
