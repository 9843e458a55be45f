#include "snapshot_stream.h"

#include <algorithm>
#include <charconv>

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;
constexpr std::size_t mark_bytes = 40;

std::uint64_t sizeFrom(const std::string& text, const std::string& server) {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size() || size == 0) {
        throw Error(ErrorKind::Unavailable, server + " announces a snapshot of '" + text + "' bytes");
    }
    return size;
}

}  // namespace

SnapshotStream::SnapshotStream(Connection& connection) : connection_(connection), buffer_(buffer_bytes) {
    // Both are wishes: a server that does not know them (before 2.8, before 7.0) sends more, which is not
    // read.
    connection.tell({"REPLCONF", "capa", "eof"});
    connection.tell({"REPLCONF", "rdb-only", "1"});
    connection.wire().write(encoded({"SYNC"}));
    // While the snapshot is being made, the master sends empty lines.
    std::string head;
    while (head.empty())
        head = connection.reader().line();
    if (head.front() == '-') throw errorFrom(connection.wire().name(), "SYNC", head.substr(1));
    constexpr std::string_view marked = "$EOF:";
    if (head.starts_with(marked) && head.size() == marked.size() + mark_bytes) {
        mark_ = head.substr(marked.size());
    } else if (head.front() == '$') {
        size_ = sizeFrom(head.substr(1), connection.wire().name());
    } else {
        throw Error(ErrorKind::Unavailable, connection.wire().name() + " does not send a snapshot: " + head);
    }
}

std::span<const std::byte> SnapshotStream::next() {
    if (ended_) return {};
    return size_ ? nextOfSize() : nextToMark();
}

std::span<const std::byte> SnapshotStream::nextOfSize() {
    const std::uint64_t left = *size_ - received_;
    if (left == 0) {
        ended_ = true;
        return {};
    }
    const std::size_t got =
        connection_.reader().read(std::span(buffer_).first(std::min<std::uint64_t>(buffer_.size(), left)));
    if (got == 0) cut();
    received_ += got;
    return std::span(buffer_).first(got);
}

// The master waits for the replica after the mark, so nothing comes behind it.
std::span<const std::byte> SnapshotStream::nextToMark() {
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(given_), held_, buffer_.begin());
    given_ = 0;
    while (given_ == 0) {
        const std::size_t got = connection_.reader().read(std::span(buffer_).subspan(held_));
        if (got == 0) cut();
        const std::size_t known = held_ + got;
        received_ += got;
        const std::size_t tail = std::min(known, mark_bytes);
        const auto mark = std::as_bytes(std::span(mark_));
        if (tail == mark_bytes &&
            std::equal(
                mark.begin(), mark.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(known - tail))) {
            ended_ = true;
        }
        held_ = tail;
        given_ = known - tail;
        if (ended_) break;
    }
    return std::span(buffer_).first(given_);
}

void SnapshotStream::cut() const {
    Error error(ErrorKind::Unavailable,
                connection_.wire().name() + " has closed the connection after " + std::to_string(received_) +
                    " bytes of its snapshot",
                "The server's log tells why");
    throw Error(error.canRetry());
}

}  // namespace dbackup::redis
