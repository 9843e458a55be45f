#include "core/pipeline/object_source.h"

#include "core/pipeline/caught.h"

namespace dbackup::pipeline {

StoredSource::StoredSource(const Destination& where, std::vector<Volume> volumes)
    : where_(where), volumes_(std::move(volumes)) {}

StoredSource::~StoredSource() = default;

void StoredSource::damaged(const std::string& reason) const {
    throw Error(ErrorKind::Integrity,
                "object " + volumes_[next_ - 1].name + " on '" + where_.name() + "' is damaged: " + reason,
                "Use another backup, or another copy of this one");
}

std::size_t StoredSource::read(std::span<std::byte> into) {
    while (!into.empty()) {
        if (!reader_) {
            if (next_ == volumes_.size()) return 0;
            openNext();
        }
        where_.run().throwIfStopped();
        const std::size_t got = guarded(where_.plugin(), [&] { return reader_->read(into); });
        if (got > 0) {
            read_ += got;
            if (read_ > volumes_[next_ - 1].size_bytes) {
                damaged("it has more than the " + std::to_string(volumes_[next_ - 1].size_bytes) +
                        " bytes that were stored");
            }
            hash_.update(into.first(got));
            return got;
        }
        endVolume();
    }
    return 0;
}

void StoredSource::openNext() {
    const Volume& volume = volumes_[next_++];
    read_ = 0;
    try {
        reader_ =
            guarded(where_.plugin(), [&] { return where_.target().open(volume.name, {}, where_.run()); });
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled) throw;
        const bool missing = error.kind() == ErrorKind::NotFound;
        throw reworded(
            error,
            "object " + volume.name + " on '" + where_.name() + "' " +
                (missing ? std::string("is missing") : std::string("cannot be read: ") + error.what()));
    }
}

void StoredSource::endVolume() {
    reader_.reset();
    const Volume& volume = volumes_[next_ - 1];
    if (read_ != volume.size_bytes) {
        damaged("it has " + std::to_string(read_) + " bytes, " + std::to_string(volume.size_bytes) +
                " were stored");
    }
    if (hash_.finishHex() != volume.sha256) damaged("its SHA-256 is not that of the bytes that were stored");
}

CheckedSource::CheckedSource(std::unique_ptr<sdk::ByteSource> bytes, Original original, Observer& observer)
    : bytes_(std::move(bytes)), original_(std::move(original)), observer_(observer) {}

CheckedSource::~CheckedSource() = default;

std::size_t CheckedSource::read(std::span<std::byte> into) {
    if (ended_ || into.empty()) return 0;
    const std::size_t got = bytes_->read(into);
    if (got > 0) {
        read_ += got;
        hash_.update(into.first(got));
        observer_.produced(got);
        return got;
    }
    if (read_ != original_.size_bytes || hash_.finishHex() != original_.sha256) {
        throw Error(ErrorKind::Integrity,
                    "object " + original_.name + " is not what was dumped: " + std::to_string(read_) +
                        " bytes of " + std::to_string(original_.size_bytes) + ", or another SHA-256");
    }
    ended_ = true;
    return 0;
}

}  // namespace dbackup::pipeline
