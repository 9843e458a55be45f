#include "archive_writer.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include <dbackup/sdk/error.h>

namespace dbackup::files {

using sdk::Error;
using sdk::ErrorKind;

Entry newEntry() {
    Entry entry(archive_entry_new());
    if (!entry) throw std::bad_alloc();
    return entry;
}

Entry copyOf(archive_entry* entry) {
    Entry copy(archive_entry_clone(entry));
    if (!copy) throw std::bad_alloc();
    return copy;
}

ThreadLocale::ThreadLocale(const char* name)
    : locale_(::newlocale(LC_ALL_MASK, name, nullptr)), before_(nullptr) {
    if (locale_ == nullptr) {
        throw Error(ErrorKind::Internal, std::string("this system has no locale ") + name);
    }
    before_ = ::uselocale(locale_);
}

ThreadLocale::~ThreadLocale() {
    ::uselocale(before_);
    ::freelocale(locale_);
}

// Where names are UTF-8 the archive says so. Others are stored as they are, marked as binary.
ArchiveWriter::ArchiveWriter(sdk::ByteSink& sink)
    : sink_(sink), locale_("C.UTF-8"), archive_(archive_write_new()) {
    if (archive_ == nullptr) throw std::bad_alloc();
    const bool ready =
        archive_write_set_format_pax(archive_) == ARCHIVE_OK &&
        // The other form of extended attributes is libarchive's alone; GNU tar warns of it.
        archive_write_set_format_option(archive_, "pax", "xattrheader", "SCHILY") == ARCHIVE_OK &&
        archive_write_set_bytes_per_block(archive_, 0) == ARCHIVE_OK &&
        archive_write_open(archive_, this, nullptr, &ArchiveWriter::take, nullptr) == ARCHIVE_OK;
    if (!ready) {
        const std::string reason = archive_error_string(archive_);
        archive_write_free(archive_);
        throw Error(ErrorKind::Internal, "cannot begin an archive: " + reason);
    }
}

ArchiveWriter::~ArchiveWriter() {
    // Freeing it writes an end mark, which nobody shall take for one. A failed archive would not free all.
    abandoned_ = true;
    archive_write_free(archive_);
}

// It never says no: what went wrong is thrown once libarchive's C code has returned.
la_ssize_t ArchiveWriter::take(archive*, void* client, const void* bytes, std::size_t count) {
    auto* writer = static_cast<ArchiveWriter*>(client);
    try {
        if (!writer->abandoned_ && !writer->failed_) {
            writer->gather(std::span(static_cast<const std::byte*>(bytes), count));
        }
    } catch (...) {
        writer->failed_ = std::current_exception();
    }
    return static_cast<la_ssize_t>(count);
}

void ArchiveWriter::gather(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const std::span<std::byte> into = room();
        const std::size_t count = std::min(bytes.size(), into.size());
        // What room() was filled with is mostly there already; beside a hole it may overlap.
        if (into.data() != bytes.data()) std::memmove(into.data(), bytes.data(), count);
        gathered_ += count;
        bytes = bytes.subspan(count);
    }
}

std::span<std::byte> ArchiveWriter::room() {
    if (gathered_ == room_.size()) {
        handOn();
        room_ = sink_.acquire();
    }
    return room_.subspan(gathered_);
}

void ArchiveWriter::handOn() {
    room_ = {};
    if (const std::size_t bytes = std::exchange(gathered_, 0); bytes > 0) sink_.produced(bytes);
}

void ArchiveWriter::check(la_ssize_t result, const char* what) {
    if (failed_) std::rethrow_exception(failed_);
    // Warnings are about names that are no UTF-8.
    if (result == ARCHIVE_FAILED) {
        throw Error(ErrorKind::Unsupported, std::string(what) + ": " + archive_error_string(archive_));
    }
    if (result < ARCHIVE_WARN) {
        throw Error(ErrorKind::Internal, std::string(what) + ": " + archive_error_string(archive_));
    }
}

void ArchiveWriter::header(archive_entry* entry) {
    check(archive_write_header(archive_, entry), "cannot store a file");
}

void ArchiveWriter::data(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const la_ssize_t taken = archive_write_data(archive_, bytes.data(), bytes.size());
        check(taken, "cannot store a file's data");
        if (taken == 0) return;  // beyond the size in the header
        bytes = bytes.subspan(static_cast<std::size_t>(taken));
    }
}

void ArchiveWriter::finish() {
    check(archive_write_finish_entry(archive_), "cannot end a file");
    check(archive_write_close(archive_), "cannot end the archive");
    handOn();
}

}  // namespace dbackup::files
