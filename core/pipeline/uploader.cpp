#include "core/pipeline/uploader.h"

#include <optional>

#include <pthread.h>

#include "core/pipeline/caught.h"

namespace dbackup::pipeline {

Uploader::Uploader(Destination& destination, std::stop_token stop, Observer& observer)
    : destination_(destination), stop_(std::move(stop)), observer_(observer), queue_(queue_blocks) {
    thread_ = std::jthread([this] {
        pthread_setname_np(pthread_self(), "uploader");
        body();
    });
}

Uploader::~Uploader() {
    giveUp();
}

void Uploader::giveUp() {
    queue_.fail(Error(ErrorKind::Cancelled, "the object was given up"));
}

void Uploader::push(const Piece& piece) {
    try {
        queue_.push(piece, stop_);
    } catch (const Error&) {
        if (!destination_.failed()) throw;
    }
}

void Uploader::finish() {
    queue_.close();
    thread_.join();
}

void Uploader::body() {
    while (!destination_.failed()) {
        std::optional<Piece> piece;
        try {
            piece = queue_.pop(stop_);
        } catch (const Error&) {
            break;  // given up or stopped: who did so knows why, and the destination is not to blame
        }
        if (!piece) return;
        try {
            store(*piece);
        } catch (...) {
            const Error error = caught(destination_.plugin());
            if (!stop_.stop_requested()) destination_.fail(error);
            break;
        }
    }
    writer_.reset();  // aborts
    giveUp();
}

void Uploader::store(const Piece& piece) {
    if (!writer_) {
        const sdk::ObjectSpec spec{piece.volume, std::nullopt, sdk::IfExists::Fail};
        writer_ = destination_.target().create(spec, destination_.run());
        written_ = 0;
    }
    if (!piece.bytes.empty()) {
        writer_->write(piece.bytes);
        written_ += piece.bytes.size();
        observer_.uploaded(piece.bytes.size());
    }
    if (piece.ends_volume) commit(piece.volume);
}

void Uploader::commit(const std::string& name) {
    sdk::ObjectInfo info;
    try {
        info = writer_->commit();
    } catch (const Error& error) {
        // It may be there although the answer was lost; what was there before us is not ours to remove.
        if (error.kind() != ErrorKind::AlreadyExists) destination_.stored(name);
        throw;
    }
    writer_.reset();
    destination_.stored(name);
    if (info.size_bytes != written_) {
        throw Error(ErrorKind::Integrity,
                    "object " + name + " has " + std::to_string(info.size_bytes) + " bytes there, " +
                        std::to_string(written_) + " were written");
    }
}

}  // namespace dbackup::pipeline
