#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/unique_fd.h>

namespace dbackup::rsync {

/// A file in the run's folder that has a part of an object at its place: a hole for all before it, which
/// takes no space. rsync sends files and appends to files; it knows no streams. The file goes with this. [one
/// thread at a time]
class PieceFile {
public:
    /// @throws Error
    explicit PieceFile(const sdk::RunContext& run);
    PieceFile(const PieceFile&) = delete;
    PieceFile& operator=(const PieceFile&) = delete;
    ~PieceFile();

    const std::string& path() const noexcept { return path_; }
    /// Makes it one hole of so many bytes. @throws Error
    void empty(std::uint64_t bytes);
    /// @throws Error, such as NoSpace
    void write(std::uint64_t at, std::span<const std::byte> bytes);
    /// @return at least one byte  @throws Error when there is none
    std::size_t read(std::uint64_t at, std::span<std::byte> into) const;
    std::uint64_t size() const;

private:
    const std::string path_;
    const sdk::UniqueFd file_;
};

}  // namespace dbackup::rsync
