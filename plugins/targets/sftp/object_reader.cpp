#include "object_reader.h"

#include <algorithm>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>

#include "requests.h"

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using sdk::partsOf;

/// Bytes asked for that have not come yet.
constexpr std::uint64_t most_in_flight = std::uint64_t{8} << 20;

}  // namespace

ObjectReader::ObjectReader(ConnectionPool& pool,
                           const RemoteFolder& folder,
                           const std::string& name,
                           sdk::ByteRange range,
                           sdk::RunContext& run)
    : path_(folder.pathOf(joined(partsOf(name)))),
      run_(run),
      connection_(pool.lease(run)),
      offset_(range.offset) {
    const std::uint32_t looked = connection_->send(requests::lstat(path_));
    const std::uint32_t opened = connection_->send(requests::open(path_));
    const auto attributes = connection_->attributes(looked, "look at " + path_);
    auto [handle, status] = connection_->handle(opened);
    handle_ = std::move(handle);
    if (!attributes || !attributes->isFile()) closeFile();
    if (!attributes || status.isMissing()) {
        throw Error(ErrorKind::NotFound, path_ + " does not exist");
    }
    if (attributes->isLink()) {
        throw Error(ErrorKind::Permission, path_ + " is a symbolic link, which is not followed");
    }
    if (!attributes->isFile()) throw Error(ErrorKind::NotFound, path_ + " is no file");
    if (!status.ok()) throw connection_->errorFrom("open " + path_, status);
    end_ = attributes->size.value_or(0);
    if (offset_ >= end_) end_ = offset_;
    if (range.length) end_ = offset_ + std::min(*range.length, end_ - offset_);
    ask();
}

ObjectReader::~ObjectReader() = default;

ObjectReader::Asked ObjectReader::askFor(std::uint64_t offset, std::uint64_t bytes) {
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, connection_->mostRead()));
    in_flight_ += count;
    return {connection_->send(requests::read(handle_, offset, count)), offset, count};
}

void ObjectReader::ask() {
    while (offset_ < end_ && in_flight_ < most_in_flight) {
        asked_.push_back(askFor(offset_, end_ - offset_));
        offset_ += asked_.back().bytes;
    }
    if (!asked_.empty()) return;
    closeFile();
    connection_.giveBack();
}

void ObjectReader::closeFile() {
    if (handle_.empty()) return;
    connection_->channel().ignore(connection_->send(requests::close(handle_)));
    handle_.clear();
}

void ObjectReader::nextBlock() {
    const Asked next = asked_.front();
    Answer answer = connection_->channel().wait(next.id);
    asked_.pop_front();
    in_flight_ -= next.bytes;
    if (answer.type != PacketType::Data) {
        const Status status = statusFrom(answer);
        if (!status.isEnd()) throw connection_->errorFrom("read " + path_, status);
        throw Error(ErrorKind::Integrity, path_ + " has become shorter while it was read");
    }
    constexpr std::size_t length_bytes = 4;
    const std::size_t count = PacketReader(answer.body).text().size();
    if (count == 0 || count > next.bytes) {
        throw Error(ErrorKind::Unavailable,
                    connection_->serverName() + " has sent another length than it was asked for");
    }
    block_ = std::move(answer.body);
    block_.resize(length_bytes + count);
    at_ = length_bytes;
    if (count < next.bytes) asked_.push_front(askFor(next.offset + count, next.bytes - count));
    ask();
}

std::size_t ObjectReader::read(std::span<std::byte> into) {
    run_.throwIfStopped();
    if (at_ == block_.size() && !asked_.empty() && !into.empty()) nextBlock();
    const std::size_t count = std::min(into.size(), block_.size() - at_);
    std::copy_n(
        std::as_bytes(std::span(block_)).begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
    at_ += count;
    return count;
}

}  // namespace dbackup::sftp
