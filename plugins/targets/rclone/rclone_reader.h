#pragma once

#include <cstdint>
#include <string>

#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/target.h>

#include "rclone.h"

namespace dbackup::rclone {

/// Reads a range of an object by rclone cat. [one thread at a time]
class RcloneReader final : public sdk::ObjectReader {
public:
    /// @param expected  bytes that must come; more than none
    RcloneReader(Rclone& rclone,
                 const std::string& name,
                 std::uint64_t offset,
                 std::uint64_t expected,
                 sdk::RunContext& run);
    ~RcloneReader() override;
    RcloneReader(const RcloneReader&) = delete;
    RcloneReader& operator=(const RcloneReader&) = delete;

    std::size_t read(std::span<std::byte> into) override;

private:
    void checkEnd();

    const std::string address_;
    std::uint64_t missing_;  ///< bytes
    bool ended_ = false;
    const Call call_;
    sdk::Subprocess process_;
};

}  // namespace dbackup::rclone
