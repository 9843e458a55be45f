#pragma once

#include <cstdint>
#include <string>

#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/target.h>

#include "smbclient.h"

namespace dbackup::smb {

/// Reads a range of an object. smbclient reads files from their beginning only, so what lies before the range
/// is read and dropped. [one thread at a time]
class SmbReader final : public sdk::ObjectReader {
public:
    /// @param expected  bytes of the range; more than none
    SmbReader(const Smbclient& client,
              const std::string& name,
              sdk::ByteRange range,
              std::uint64_t expected,
              sdk::RunContext& run);
    ~SmbReader() override;
    SmbReader(const SmbReader&) = delete;
    SmbReader& operator=(const SmbReader&) = delete;

    std::size_t read(std::span<std::byte> into) override;

private:
    void skip();
    [[noreturn]] void failShort();

    const std::string full_name_;
    std::uint64_t before_;   ///< bytes still to be dropped
    std::uint64_t missing_;  ///< bytes
    sdk::Subprocess process_;
};

}  // namespace dbackup::smb
