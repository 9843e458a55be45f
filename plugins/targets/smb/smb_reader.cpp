#include "smb_reader.h"

#include <algorithm>
#include <vector>

#include <dbackup/sdk/error.h>

#include "share_path.h"
#include "tool_failure.h"

namespace dbackup::smb {

namespace {

constexpr std::size_t skip_bytes = std::size_t{256} << 10;

}  // namespace

SmbReader::SmbReader(const Smbclient& client,
                     const std::string& name,
                     sdk::ByteRange range,
                     std::uint64_t expected,
                     sdk::RunContext& run)
    : full_name_(client.settings().fullName(name)),
      before_(range.offset),
      missing_(expected),
      process_(client.command("get " + quotedPath(client.pathOf(name)) + " -", Words::ToErrors, run), run) {}

SmbReader::~SmbReader() = default;

std::size_t SmbReader::read(std::span<std::byte> into) {
    if (missing_ == 0 || into.empty()) return 0;
    skip();
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), missing_));
    const std::size_t count = process_.read(into.first(wanted));
    if (count == 0) failShort();
    missing_ -= count;
    return count;
}

void SmbReader::skip() {
    if (before_ == 0) return;
    std::vector<std::byte> dropped(skip_bytes);
    while (before_ > 0) {
        const std::size_t count =
            process_.read(std::span(dropped).first(std::min<std::uint64_t>(dropped.size(), before_)));
        if (count == 0) failShort();
        before_ -= count;
    }
}

void SmbReader::failShort() {
    const sdk::ExitStatus status = process_.wait();
    if (!status.ok()) throw toolFailure("cannot read " + full_name_, process_.errorText());
    throw sdk::Error(sdk::ErrorKind::Integrity,
                     full_name_ + " ends " + std::to_string(missing_) + " bytes before its end");
}

}  // namespace dbackup::smb
