#include "object_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <pthread.h>

#include <dbackup/sdk/signals_blocked.h>
#include <dbackup/sdk/unstoppable_run.h>

#include "object_removal.h"

namespace dbackup::s3 {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using namespace std::chrono_literals;

constexpr unsigned most_parts = 10000;

/// A slot and the part's bytes, which go back when the part has been sent.
class PartLoad {
public:
    PartLoad(PartSlots& slots, PartBuffer buffer, std::size_t size)
        : slots_(&slots), buffer_(std::move(buffer)), size_(size) {}
    PartLoad(PartLoad&& other) noexcept
        : slots_(std::exchange(other.slots_, nullptr)),
          buffer_(std::move(other.buffer_)),
          size_(other.size_) {}
    PartLoad(const PartLoad&) = delete;
    PartLoad& operator=(const PartLoad&) = delete;
    PartLoad& operator=(PartLoad&&) = delete;
    ~PartLoad() {
        if (slots_ == nullptr) return;
        slots_->giveBack(std::move(buffer_));
        slots_->release();
    }
    std::span<const std::byte> bytes() const { return {buffer_.get(), size_}; }

private:
    PartSlots* slots_;
    PartBuffer buffer_;
    std::size_t size_;
};

bool isReady(const std::future<Part>& part) {
    return part.wait_for(0s) == std::future_status::ready;
}

}  // namespace

ObjectWriter::ObjectWriter(Bucket& bucket,
                           PartSlots& slots,
                           const sdk::ObjectSpec& spec,
                           sdk::RunContext& run)
    : bucket_(bucket),
      slots_(slots),
      spec_(spec),
      run_(run),
      part_run_(run),
      upload_(bucket, bucket.keyOf(spec.name), spec.if_exists) {}

ObjectWriter::~ObjectWriter() {
    abort();
}

void ObjectWriter::requireOpen(const std::string& verb) const {
    run_.throwIfStopped();
    if (state_ != State::Open)
        throw Error(ErrorKind::Internal, spec_.name + " is " + verb + " after its end");
}

void ObjectWriter::write(std::span<const std::byte> bytes) {
    requireOpen("written to");
    while (!bytes.empty()) {
        if (filled_ == slots_.partBytes()) sendPart();
        if (!buffer_) buffer_ = slots_.takeBuffer();
        const std::size_t count = std::min(bytes.size(), slots_.partBytes() - filled_);
        std::memcpy(buffer_.get() + filled_, bytes.data(), count);
        filled_ += count;
        written_ += count;
        bytes = bytes.subspan(count);
    }
}

void ObjectWriter::announce(const Leftover& leftover) {
    token_ = leftover.token();
    run_.leftover(token_);
}

void ObjectWriter::withdraw() {
    if (!token_.empty()) run_.leftoverGone(token_);
    token_.clear();
}

void ObjectWriter::beginUpload() {
    upload_.refuseExisting(run_);
    Leftover leftover{
        std::chrono::system_clock::now(), "", "", bucket_.settings().bucket, bucket_.keyOf(spec_.name)};
    announce(leftover);  // its id is not known before it exists
    const std::string first_token = token_;
    upload_.begin(run_);
    leftover.upload_id = upload_.id();
    leftover.mark = upload_.mark();
    announce(leftover);
    if (upload_.mayHaveStrays()) {
        stray_token_ = first_token;
    } else {
        run_.leftoverGone(first_token);
    }
}

/// Only when our own upload has come to its end: what then is unfinished under the name was begun in vain.
void ObjectWriter::removeStrays() noexcept {
    if (stray_token_.empty()) return;
    try {
        sdk::UnstoppableRun last(run_);
        const RemovalPace pace{false, run_.stop().stop_requested()};
        removeLeftover(bucket_, Leftover::from(stray_token_), pace, last);
        run_.leftoverGone(stray_token_);
    } catch (const std::exception& error) {
        // It stays announced: cleanup() will be asked to remove it.
        run_.log(sdk::LogLevel::Warning,
                 std::string("An upload without parts stays for now: ") + error.what());
    }
    stray_token_.clear();
}

void ObjectWriter::sendPart() {
    if (upload_.id().empty()) beginUpload();
    collectParts(false);
    if (next_part_ > most_parts) {
        throw Error(ErrorKind::Unsupported,
                    bucket_.place(bucket_.keyOf(spec_.name)) + " is longer than the " +
                        std::to_string(most_parts) + " parts that an object can have",
                    "Set a larger partSizeMiB");
    }
    slots_.acquire(part_run_);
    PartLoad load(slots_, std::move(buffer_), filled_);
    filled_ = 0;
    const sdk::AllSignalsBlocked blocked;  // the thread inherits it
    on_their_way_.push_back(
        std::async(std::launch::async, [this, number = next_part_, load = std::move(load)]() mutable {
            pthread_setname_np(pthread_self(), "s3-part");
            const PartLoad sent(
                std::move(load));  // goes with the call; the function itself stays with the future
            return upload_.putPart(number, sent.bytes(), part_run_);
        }));
    ++next_part_;
}

void ObjectWriter::collectParts(bool all) {
    for (std::size_t i = 0; i < on_their_way_.size();) {
        if (!all && !isReady(on_their_way_[i])) {
            ++i;
            continue;
        }
        std::future<Part> part = std::move(on_their_way_[i]);
        on_their_way_.erase(on_their_way_.begin() + static_cast<std::ptrdiff_t>(i));
        parts_.push_back(part.get());
    }
}

sdk::ObjectInfo ObjectWriter::commit() {
    requireOpen("committed");
    try {
        if (spec_.size_bytes && *spec_.size_bytes != written_) {
            throw Error(ErrorKind::Integrity,
                        bucket_.place(bucket_.keyOf(spec_.name)) + " got " + std::to_string(written_) +
                            " bytes, " + std::to_string(*spec_.size_bytes) + " were announced");
        }
        conclude();
        sdk::ObjectInfo info = upload_.confirm(spec_.name, written_, run_);
        state_ = State::Done;
        withdraw();
        removeStrays();
        return info;
    } catch (const Error&) {
        abort();
        throw;
    }
}

void ObjectWriter::conclude() {
    if (upload_.id().empty()) {
        upload_.refuseExisting(run_);
        announce({std::chrono::system_clock::now(),
                  upload_.mark(),
                  "",
                  bucket_.settings().bucket,
                  bucket_.keyOf(spec_.name)});
        is_concluding_ = true;
        upload_.put({buffer_.get(), filled_}, run_);
        if (buffer_) slots_.giveBack(std::move(buffer_));
        return;
    }
    if (filled_ > 0) sendPart();
    collectParts(true);
    std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.number < b.number; });
    upload_.refuseExisting(run_);  // not every server looks at If-None-Match
    is_concluding_ = true;
    upload_.complete(parts_, run_);
}

void ObjectWriter::abort() noexcept {
    if (state_ == State::Done) return;
    state_ = State::Done;
    try {
        giveUp();
    } catch (const std::exception& error) {
        // Its token was not withdrawn: cleanup() will be asked to remove it.
        run_.log(sdk::LogLevel::Warning,
                 "Could not remove what is unfinished of " + bucket_.place(bucket_.keyOf(spec_.name)) + ": " +
                     error.what());
    }
}

void ObjectWriter::giveUp() {
    const bool parts_may_come = std::any_of(on_their_way_.begin(),
                                            on_their_way_.end(),
                                            [](const std::future<Part>& part) { return !isReady(part); });
    part_run_.requestStop();
    on_their_way_.clear();  // waits for them
    if (buffer_) slots_.giveBack(std::move(buffer_));
    if (token_.empty()) return;
    Leftover leftover = Leftover::from(token_);
    if (!is_concluding_) leftover.mark.clear();
    sdk::UnstoppableRun last(run_);
    removeLeftover(bucket_, leftover, {parts_may_come, run_.stop().stop_requested()}, last);
    withdraw();
    removeStrays();
}

}  // namespace dbackup::s3
