#include "core/pipeline/uploader.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>

#include <pthread.h>

#include "core/pipeline/caught.h"
#include "core/pipeline/limits.h"

namespace dbackup::pipeline {

Uploader::Uploader(Destination& destination,
                   std::unique_ptr<Feed> feed,
                   const std::stop_token& stop,
                   Observer& observer)
    : destination_(destination),
      feed_(std::move(feed)),
      chain_(stop, [this] { ended_.request_stop(); }),
      observer_(observer) {
    thread_ = std::jthread([this] {
        pthread_setname_np(pthread_self(), "uploader");
        body();
    });
}

Uploader::~Uploader() {
    giveUp();
}

void Uploader::giveUp() {
    ended_.request_stop();
}

void Uploader::finish() {
    thread_.join();
}

void Uploader::body() {
    try {
        storeAll();
    } catch (...) {
        const Error error = caught("the pipeline");
        // Given up or stopped: who did so knows why, and the destination is not to blame.
        if (!ended_.stop_requested()) destination_.fail(error);
    }
    writer_.reset();  // aborts
    feed_->leave();
}

/// A feed that has bytes at hand gives them, stopped or not.
bool Uploader::isOver() const {
    return destination_.failed() || ended_.stop_requested();
}

void Uploader::storeAll() {
    while (!isOver()) {
        const std::optional<Piece> piece = feed_->next(ended_.get_token());
        if (!piece || isOver()) return;
        try {
            store(*piece);
        } catch (...) {
            beginAgain(piece->volume, caught(destination_.plugin()));
        }
    }
}

void Uploader::store(const Piece& piece) {
    if (!writer_) {
        // What is there after a commit of ours can only be from it.
        const auto if_exists = may_exist_ ? sdk::IfExists::Replace : sdk::IfExists::Fail;
        writer_ = destination_.target().create({piece.volume, std::nullopt, if_exists}, destination_.run());
        written_ = 0;
    }
    write(piece.bytes);
    if (piece.ends_volume) commit(piece.volume);
}

void Uploader::write(std::span<const std::byte> bytes) {
    RateLimiter& limiter = destination_.limiter();
    while (!bytes.empty()) {
        const auto slice = bytes.first(std::min(bytes.size(), limiter.sliceBytes()));
        limiter.take(slice.size(), ended_.get_token());
        writer_->write(slice);
        written_ += slice.size();
        if (written_ > counted_) {
            observer_.uploaded(static_cast<std::size_t>(written_ - counted_));
            counted_ = written_;
        } else {
            destination_.run().progress();  // what is sent again does not count, but it moves
        }
        bytes = bytes.subspan(slice.size());
    }
}

void Uploader::commit(const std::string& name) {
    sdk::ObjectInfo info;
    try {
        info = writer_->commit();
    } catch (const Error& error) {
        // It may be there although the answer was lost; what was there before us is not ours to remove.
        may_exist_ = may_exist_ || error.kind() != ErrorKind::AlreadyExists;
        if (may_exist_) destination_.stored(name);
        throw;
    }
    writer_.reset();
    destination_.stored(name);
    if (info.size_bytes != written_) {
        throw Error(ErrorKind::Integrity,
                    "object " + name + " has " + std::to_string(info.size_bytes) + " bytes there, " +
                        std::to_string(written_) + " were written");
    }
    feed_->committed();
    counted_ = 0;
    failures_ = 0;
    may_exist_ = false;
}

void Uploader::beginAgain(const std::string& name, const Error& error) {
    writer_.reset();  // aborts
    const unsigned retries = destination_.delivery().retries;
    if (!error.retryable() || retries == 0 || ended_.stop_requested()) throw Error(error);
    const std::string upload = "Upload of " + name + " to '" + destination_.name() + "'";
    if (failures_ == retries) {
        throw reworded(error,
                       error.what() + std::string(" (after ") + std::to_string(retries + 1) + " attempts)");
    }
    if (const std::optional<std::string> reason = feed_->rewind()) {
        destination_.run().log(sdk::LogLevel::Warning, upload + " cannot be retried: " + *reason);
        throw Error(error);
    }
    ++failures_;
    destination_.run().log(sdk::LogLevel::Warning,
                           upload + " broke: " + error.what() + "; it is begun again (retry " +
                               std::to_string(failures_) + " of " + std::to_string(retries) + ")");
    pause();
}

void Uploader::pause() {
    using std::chrono::milliseconds;
    const milliseconds doubled = destination_.delivery().retry_delay * (1LL << std::min(failures_ - 1, 16U));
    const milliseconds longest = std::min<milliseconds>(doubled, most_retry_delay);
    std::minstd_rand random(std::random_device{}());
    const milliseconds delay(
        std::uniform_int_distribution<std::int64_t>(longest.count() / 2, longest.count())(random));
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, ended_.get_token(), delay, [] { return false; });
}

}  // namespace dbackup::pipeline
