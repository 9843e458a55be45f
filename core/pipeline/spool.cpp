#include "core/pipeline/spool.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/pipeline/limits.h"

namespace dbackup::pipeline {

namespace {

/// Blocks of a file are given back in multiples of this, which is none smaller than a file system's.
constexpr std::uint64_t hole_bytes = 64U << 10;
constexpr const char* folder_hint = "Give the spool a folder on ext4, XFS, Btrfs or tmpfs (spool.dir)";

/// A file that is gone with its descriptor.
sdk::UniqueFd openNameless(const std::filesystem::path& folder) {
    sdk::UniqueFd file(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file) return file;
    if (errno != EOPNOTSUPP && errno != EISDIR) {
        throw sdk::systemError("cannot make a spool file in " + folder.string(), errno);
    }
    std::string name = (folder / "spool-XXXXXX").string();
    file.reset(mkostemp(name.data(), O_CLOEXEC));
    if (!file || unlink(name.c_str()) != 0) {
        throw sdk::systemError("cannot make a spool file in " + folder.string(), errno);
    }
    return file;
}

bool punch(int file, std::uint64_t from, std::uint64_t to) {
    return fallocate(file,
                     FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                     static_cast<off_t>(from),
                     static_cast<off_t>(to - from)) == 0;
}

Error stopped() {
    return {ErrorKind::Cancelled, "the run was stopped"};
}

}  // namespace

SpoolSpace::SpoolSpace(std::filesystem::path folder, std::uint64_t limit_bytes)
    : folder_(std::move(folder)), limit_bytes_(limit_bytes) {
    const sdk::UniqueFd probe = openNameless(folder_);
    if (punch(probe.get(), 0, hole_bytes)) return;
    throw Error(ErrorKind::Unsupported,
                "there can be no spool in " + folder_.string() +
                    ": its file system cannot give back the beginning of a file",
                folder_hint);
}

SpoolSpace::~SpoolSpace() = default;

std::uint64_t SpoolSpace::usedBytes() const {
    const std::lock_guard lock(mutex_);
    return used_bytes_;
}

/// With the mutex held: lets go of bytes that are only there for a retry, those of `first` first.
/// @return false when there were none
bool SpoolSpace::evict(Spool& first) {
    if (first.dropRead()) return true;
    return std::any_of(spools_.begin(), spools_.end(), [](Spool* spool) { return spool->dropRead(); });
}

bool SpoolSpace::empty() const {
    return std::all_of(
        spools_.begin(), spools_.end(), [](const Spool* spool) { return spool->begin_ == spool->end_; });
}

Spool::Spool(SpoolSpace& space, std::size_t feeds)
    : space_(space), file_(openNameless(space.folder_)), positions_(feeds) {
    const std::lock_guard lock(space_.mutex_);
    space_.spools_.push_back(this);
}

Spool::~Spool() {
    {
        const std::lock_guard lock(space_.mutex_);
        space_.used_bytes_ -= end_ - begin_;
        std::erase(space_.spools_, this);
    }
    space_.changed_.notify_all();
}

void Spool::push(const Piece& piece, const std::stop_token& stop) {
    if (!piece.bytes.empty()) {
        if (!reserve(piece.bytes.size(), stop)) return;
        try {
            write(piece.bytes, stop);
        } catch (const Error&) {
            const std::lock_guard lock(space_.mutex_);
            space_.used_bytes_ -= piece.bytes.size();
            throw;
        }
    }
    publish(piece);
}

/// @return false when nobody wants the bytes
bool Spool::reserve(std::uint64_t bytes, const std::stop_token& stop) {
    std::unique_lock lock(space_.mutex_);
    const auto fits = [&] {
        // The first block goes through whatever the limit: there must be an end to waiting.
        return space_.used_bytes_ == 0 || space_.used_bytes_ + bytes <= space_.limit_bytes_;
    };
    const auto made_to_fit = [&] {
        while (!fits()) {
            if (allLeft()) return true;
            if (!space_.evict(*this)) return false;
        }
        return true;
    };
    if (!space_.changed_.wait(lock, stop, made_to_fit)) throw stopped();
    if (allLeft()) return false;
    space_.used_bytes_ += bytes;
    return true;
}

void Spool::write(std::span<const std::byte> bytes, const std::stop_token& stop) {
    // Only this thread changes end_, so that it may be read without the mutex.
    auto offset = static_cast<off_t>(end_);
    while (!bytes.empty()) {
        const ssize_t wrote = pwrite(file_.get(), bytes.data(), bytes.size(), offset);
        if (wrote < 0) {
            const int failure = errno;
            if (failure == EINTR || (failure == ENOSPC && relieve(stop))) continue;
            const Error error =
                sdk::systemError("cannot write the spool in " + space_.folder_.string(), failure);
            throw Error(error.kind(),
                        error.what(),
                        "Free space there, or give the spool another folder (spool.dir) or a smaller bound");
        }
        offset += wrote;
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
}

/// The disk is full before the bound is reached: makes room as if it were.
/// @return false when the spools hold nothing that could make room
bool Spool::relieve(const std::stop_token& stop) {
    std::unique_lock lock(space_.mutex_);
    bool relieved = false;
    const auto done = [&] {
        relieved = space_.evict(*this);
        return relieved || space_.empty();
    };
    if (!space_.changed_.wait(lock, stop, done)) throw stopped();
    return relieved;
}

void Spool::publish(const Piece& piece) {
    {
        const std::lock_guard lock(space_.mutex_);
        if (volumes_.empty() || volumes_.back().end) volumes_.push_back({piece.volume, end_, std::nullopt});
        end_ += piece.bytes.size();
        if (piece.ends_volume) volumes_.back().end = end_;
        // All may have left meanwhile.
        dropCommitted();
    }
    space_.changed_.notify_all();
}

void Spool::close() {
    {
        const std::lock_guard lock(space_.mutex_);
        closed_ = true;
    }
    space_.changed_.notify_all();
}

bool Spool::allLeft() const {
    return std::all_of(positions_.begin(), positions_.end(), [](const Position& one) { return one.left; });
}

void Spool::dropCommitted() {
    std::uint64_t needed = end_;
    for (const Position& one : positions_) {
        if (!one.left) needed = std::min(needed, one.begin);
    }
    dropBefore(needed);
}

bool Spool::dropRead() {
    std::uint64_t needed = end_;
    for (const Position& one : positions_) {
        if (!one.left) needed = std::min(needed, one.read);
    }
    return dropBefore(needed);
}

bool Spool::dropBefore(std::uint64_t offset) {
    if (offset <= begin_) return false;
    space_.used_bytes_ -= offset - begin_;
    begin_ = offset;
    const std::uint64_t whole = begin_ - begin_ % hole_bytes;
    // When it fails, the next one takes in what this one has left.
    if (whole > punched_ && punch(file_.get(), punched_, whole)) punched_ = whole;
    return true;
}

/// One destination's way through the spool.
class Spool::Reader final : public Feed {
public:
    Reader(Spool& spool, Position& at) : spool_(spool), at_(at), buffer_(spool_read_bytes) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() override { leave(); }

    std::optional<Piece> next(const std::stop_token& stop) override;
    void committed() override;
    std::optional<std::string> rewind() override;
    void leave() override;

private:
    std::uint64_t available() const;
    void read(std::span<std::byte> into, std::uint64_t offset) const;

    Spool& spool_;
    Position& at_;
    std::vector<std::byte> buffer_;
};

std::unique_ptr<Feed> Spool::feed(std::size_t number) {
    return std::make_unique<Reader>(*this, positions_.at(number));
}

/// Of the current volume.
std::uint64_t Spool::Reader::available() const {
    return spool_.volumes_[at_.volume].end.value_or(spool_.end_) - at_.read;
}

std::optional<Piece> Spool::Reader::next(const std::stop_token& stop) {
    std::unique_lock lock(spool_.space_.mutex_);
    const auto ready = [&] {
        if (at_.volume == spool_.volumes_.size()) return spool_.closed_;
        return available() > 0 || spool_.volumes_[at_.volume].end.has_value();
    };
    if (!spool_.space_.changed_.wait(lock, stop, ready)) throw stopped();
    if (at_.volume == spool_.volumes_.size()) return std::nullopt;
    const std::string name = spool_.volumes_[at_.volume].name;
    const auto bytes = std::span(buffer_).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(available(), buffer_.size())));
    if (bytes.empty()) return Piece{nullptr, {}, name, true};
    const std::uint64_t offset = at_.read;
    lock.unlock();
    read(bytes, offset);
    lock.lock();
    at_.read += bytes.size();  // not earlier: what is being read must not be dropped
    lock.unlock();
    spool_.space_.changed_.notify_all();
    return Piece{nullptr, bytes, name, false};
}

void Spool::Reader::read(std::span<std::byte> into, std::uint64_t offset) const {
    while (!into.empty()) {
        const ssize_t got = pread(spool_.file_.get(), into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            throw sdk::systemError("cannot read the spool in " + spool_.space_.folder_.string(), errno);
        }
        if (got == 0) throw Error(ErrorKind::Internal, "the spool is shorter than what was written to it");
        offset += static_cast<std::uint64_t>(got);
        into = into.subspan(static_cast<std::size_t>(got));
    }
}

void Spool::Reader::committed() {
    {
        const std::lock_guard lock(spool_.space_.mutex_);
        ++at_.volume;
        at_.begin = at_.read;
        spool_.dropCommitted();
    }
    spool_.space_.changed_.notify_all();
}

std::optional<std::string> Spool::Reader::rewind() {
    const std::lock_guard lock(spool_.space_.mutex_);
    if (spool_.begin_ > at_.begin) {
        return "its first bytes had to leave the spool, which is bounded to " +
               std::to_string(spool_.space_.limit_bytes_) + " bytes (spoolBytes)";
    }
    at_.read = at_.begin;
    return std::nullopt;
}

void Spool::Reader::leave() {
    {
        const std::lock_guard lock(spool_.space_.mutex_);
        if (std::exchange(at_.left, true)) return;
        spool_.dropCommitted();
    }
    spool_.space_.changed_.notify_all();
}

}  // namespace dbackup::pipeline
