#include "object_reader.h"

#include <algorithm>
#include <charconv>

namespace dbackup::s3 {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::size_t longest_error = 64U << 10;

std::uint64_t numberOf(const std::string& text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

ObjectReader::ObjectReader(Bucket& bucket, std::string key, sdk::ByteRange range, sdk::RunContext& run)
    : bucket_(bucket), key_(std::move(key)), run_(run), offset_(range.offset), left_(range.length) {
    run.throwIfStopped();
    if (left_ == 0) {
        requireThere();
        return;
    }
    sdk::retry(bucket_.retryPolicy(), run_, [this] { open(); });
}

void ObjectReader::requireThere() {
    bucket_.ask({"HEAD", key_, "cannot read " + bucket_.place(key_), {}, bucket_.customerKeyHeaders()}, run_);
}

void ObjectReader::open() {
    Call call{"GET", key_, "cannot read " + bucket_.place(key_), {}, bucket_.customerKeyHeaders()};
    const bool is_first = etag_.empty();
    if (offset_ > 0 || left_) {
        const std::string last = left_ ? std::to_string(offset_ + *left_ - 1) : "";
        call.headers["range"] = "bytes=" + std::to_string(offset_) + "-" + last;
    }
    if (!is_first) call.headers["if-match"] = "\"" + etag_ + "\"";
    auto transfer = bucket_.open(call, run_);
    const curl::Response head = transfer->head();
    if (head.status == 416) {  // begins at the object's end, or beyond it
        left_ = 0;
        return;
    }
    if (head.status == 412) {
        throw Error(ErrorKind::Integrity, bucket_.place(key_) + " was replaced while it was read");
    }
    if (head.status >= 300) throw Error(bucket_.errorOf(transfer->finish(longest_error), call.what));
    takeHead(head, is_first);
    transfer_ = std::move(transfer);
}

void ObjectReader::takeHead(const curl::Response& head, bool is_first) {
    if (offset_ > 0 && head.status != 206) {
        throw Error(ErrorKind::Unsupported,
                    "the server gives no part of " + bucket_.place(key_) + ", only the whole");
    }
    const std::string length = head.header("content-length");
    if (length.empty())
        throw Error(ErrorKind::Unsupported, "the server does not tell the length of " + bucket_.place(key_));
    if (!is_first) return;
    etag_ = etagOf(head);
    // A range that goes beyond the end is cut there.
    left_ = std::min(left_.value_or(UINT64_MAX), numberOf(length));
}

std::size_t ObjectReader::receive(std::span<std::byte> into) {
    try {
        if (!transfer_) open();
        if (left_ == 0) return 0;
        const std::size_t count = transfer_->receive(into);
        if (count > 0) return count;
        throw Error(ErrorKind::Unavailable, "cannot read " + bucket_.place(key_) + ": the answer ends early")
            .canRetry();
    } catch (const Error&) {
        transfer_.reset();
        throw;
    }
}

std::size_t ObjectReader::read(std::span<std::byte> into) {
    run_.throwIfStopped();
    if (left_ == 0 || into.empty()) return 0;
    std::size_t count = 0;
    sdk::retry(bucket_.retryPolicy(), run_, [&] { count = receive(into); });
    offset_ += count;
    left_ = *left_ - std::min<std::uint64_t>(*left_, count);
    if (left_ == 0) transfer_.reset();
    return count;
}

}  // namespace dbackup::s3
