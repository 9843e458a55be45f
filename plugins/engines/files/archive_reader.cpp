#include "archive_reader.h"

#include <algorithm>
#include <new>
#include <string>

#include <dbackup/sdk/error.h>

namespace dbackup::files {

using sdk::Error;
using sdk::ErrorKind;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} << 10;
constexpr std::uint64_t end_mark_bytes = 1024;  // two blocks of zeros

}  // namespace

// In the C locale names cannot be converted and stay as they are: elsewhere they would be normalised.
ArchiveReader::ArchiveReader(sdk::ByteSource& source)
    : source_(source), locale_("C"), archive_(archive_read_new()), buffer_(buffer_bytes) {
    if (archive_ == nullptr) throw std::bad_alloc();
    if (archive_read_support_format_tar(archive_) != ARCHIVE_OK ||
        archive_read_open(archive_, this, nullptr, &ArchiveReader::give, nullptr) != ARCHIVE_OK) {
        const std::string reason =
            archive_error_string(archive_) ? archive_error_string(archive_) : "it is empty";
        archive_read_free(archive_);
        if (failed_) std::rethrow_exception(failed_);
        throw Error(ErrorKind::Integrity, "the backup is no tar archive: " + reason);
    }
}

ArchiveReader::~ArchiveReader() {
    archive_read_free(archive_);
}

la_ssize_t ArchiveReader::give(archive* self, void* client, const void** bytes) {
    auto* reader = static_cast<ArchiveReader*>(client);
    try {
        const std::size_t count = reader->source_.read(reader->buffer_);
        reader->bytes_ += count;
        reader->last_ = count;
        *bytes = reader->buffer_.data();
        return static_cast<la_ssize_t>(count);
    } catch (...) {
        reader->failed_ = std::current_exception();
        archive_set_error(self, 0, "the backup cannot be read");
        return -1;
    }
}

void ArchiveReader::fail() {
    if (failed_) std::rethrow_exception(failed_);
    const char* reason = archive_error_string(archive_);
    throw Error(ErrorKind::Integrity,
                std::string("the archive is damaged: ") + (reason != nullptr ? reason : "it ends too early"),
                "restore another backup");
}

archive_entry* ArchiveReader::next() {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(archive_, &entry);
    if (result == ARCHIVE_EOF) {
        requireEndMark();
        return nullptr;
    }
    // Warnings are about the characters of names.
    if (result < ARCHIVE_WARN || archive_entry_pathname(entry) == nullptr) fail();
    return entry;
}

bool ArchiveReader::read(Block& block) {
    la_int64_t offset = 0;
    const int result = archive_read_data_block(archive_, &block.bytes, &block.size, &offset);
    if (result == ARCHIVE_EOF) return false;
    if (result < ARCHIVE_OK) fail();
    block.offset = static_cast<std::uint64_t>(offset);
    return true;
}

void ArchiveReader::requireEndMark() {
    if (failed_) std::rethrow_exception(failed_);
    const auto mark = static_cast<std::uint64_t>(archive_read_header_position(archive_));
    const auto are_zeros = [&](std::size_t from, std::size_t to) {
        return std::all_of(buffer_.begin() + static_cast<std::ptrdiff_t>(from),
                           buffer_.begin() + static_cast<std::ptrdiff_t>(to),
                           [](std::byte byte) { return byte == std::byte{0}; });
    };
    // What libarchive had at hand when it saw the end, and all that it did not ask for.
    const std::uint64_t start = bytes_ - last_;
    bool zeros = are_zeros(std::min<std::uint64_t>(mark > start ? mark - start : 0, last_), last_);
    while (const std::size_t count = source_.read(buffer_)) {
        bytes_ += count;
        zeros = zeros && are_zeros(0, count);
    }
    // libarchive takes an archive that just stops between two members for a whole one.
    if (!zeros || bytes_ < mark + end_mark_bytes) {
        throw Error(ErrorKind::Integrity,
                    zeros ? "the archive has no end mark: it is not complete"
                          : "there is something behind the end of the archive",
                    "restore another backup");
    }
}

}  // namespace dbackup::files
