#include "rclone_reader.h"

#include <dbackup/sdk/error.h>

#include "tool_failure.h"

namespace dbackup::rclone {

RcloneReader::RcloneReader(Rclone& rclone,
                           const std::string& name,
                           std::uint64_t offset,
                           std::uint64_t expected,
                           sdk::RunContext& run)
    : address_(rclone.addressOf(name)),
      missing_(expected),
      call_(rclone.call(
          {"cat", "--offset", std::to_string(offset), "--count", std::to_string(expected), address_}, run)),
      process_(call_.command, run) {}

RcloneReader::~RcloneReader() = default;

std::size_t RcloneReader::read(std::span<std::byte> into) {
    if (ended_ || into.empty()) return 0;
    const std::size_t count = process_.read(into);
    if (count == 0) {
        checkEnd();
        return 0;
    }
    if (count > missing_) {
        throw sdk::Error(sdk::ErrorKind::Integrity, address_ + " gives more bytes than it has");
    }
    missing_ -= count;
    return count;
}

void RcloneReader::checkEnd() {
    ended_ = true;
    const sdk::ExitStatus status = process_.wait();
    if (!status.ok()) throw toolFailure("cannot read " + address_, status, process_.errorText());
    if (missing_ > 0) {
        throw sdk::Error(sdk::ErrorKind::Integrity,
                         address_ + " ends " + std::to_string(missing_) + " bytes before its end");
    }
}

}  // namespace dbackup::rclone
