#include "download.h"

#include <algorithm>
#include <array>

namespace dbackup::webdav {

using sdk::Error;

namespace {

constexpr long partial_content = 206;
constexpr long behind_the_end = 416;

}  // namespace

Download::Download(const Server& server, const std::string& path, sdk::ByteRange range, sdk::RunContext& run)
    : left_(range.length) {
    if (left_ == 0) {  // such a range cannot be asked for, but a missing object is still an error
        if (!server.find(path, "0", run))
            throw Error(sdk::ErrorKind::NotFound, server.textOf(path) + " is not there");
        return;
    }
    const std::string what = "cannot read " + server.textOf(path);
    get_ = server.request("GET", path, what, run);
    if (range.offset > 0 || left_) {
        std::string bytes = std::to_string(range.offset) + "-";
        if (left_) bytes += std::to_string(range.offset + *left_ - 1);
        get_->addHeader("Range: bytes=" + bytes);
    }
    const curl::Response& response = get_->head();
    if (response.status == behind_the_end) {
        get_.reset();
        return;
    }
    if (response.status >= 300) throw Error(statusError(what, response));
    if (response.status != partial_content) skip(range.offset);  // the server knows no ranges
}

void Download::skip(std::uint64_t bytes) {
    std::array<std::byte, 64U << 10> dropped{};
    while (bytes > 0) {
        const std::size_t got =
            get_->receive(std::span(dropped).first(std::min<std::uint64_t>(bytes, dropped.size())));
        if (got == 0) return;
        bytes -= got;
    }
}

std::size_t Download::read(std::span<std::byte> into) {
    if (!get_ || left_ == 0) return 0;
    if (left_) into = into.first(std::min<std::uint64_t>(into.size(), *left_));
    const std::size_t got = get_->receive(into);
    if (left_) left_ = *left_ - got;
    return got;
}

}  // namespace dbackup::webdav
