#include "file_reader.h"

#include <algorithm>

namespace dbackup::ftp {

using sdk::Error;
using sdk::ErrorKind;

FileReader::FileReader(Server& server, const std::string& path, sdk::ByteRange range, sdk::RunContext& run)
    : what_("cannot read " + server.textOf(path)) {
    const auto found = server.find(path, run);
    if (!found) throw Error(ErrorKind::NotFound, what_ + ": it is not there");
    if (range.offset >= found->size_bytes) return;
    left_ = found->size_bytes - range.offset;
    if (range.length) left_ = std::min(left_, *range.length);
    if (left_ == 0) return;
    download_ = server.transfer(path, what_, run);
    if (range.offset > 0) download_->set(CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(range.offset));
}

std::size_t FileReader::read(std::span<std::byte> into) {
    if (left_ == 0) return 0;
    const std::size_t got = download_->receive(into.first(std::min<std::uint64_t>(into.size(), left_)));
    if (got == 0) {
        throw Error(ErrorKind::Unavailable,
                    what_ + ": " + std::to_string(left_) + " bytes are missing at its end")
            .canRetry();
    }
    left_ -= got;
    return got;
}

}  // namespace dbackup::ftp
