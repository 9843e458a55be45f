#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string>

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <dbackup/sdk/streams.h>

namespace dbackup::files {

struct FreeEntry {
    void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
};
using Entry = std::unique_ptr<archive_entry, FreeEntry>;
Entry newEntry();
Entry copyOf(archive_entry* entry);

/// Makes the calling thread's locale one while it lives: libarchive converts names between the locale's
/// characters and UTF-8.
class ThreadLocale {
public:
    /// @throws Error Internal when the system has no such locale
    explicit ThreadLocale(const char* name);
    ThreadLocale(const ThreadLocale&) = delete;
    ThreadLocale& operator=(const ThreadLocale&) = delete;
    ~ThreadLocale();

private:
    locale_t locale_;
    locale_t before_;
};

/// Writes a pax archive straight into the blocks of a dump. [one thread]
class ArchiveWriter {
public:
    explicit ArchiveWriter(sdk::ByteSink& sink);
    ArchiveWriter(const ArchiveWriter&) = delete;
    ArchiveWriter& operator=(const ArchiveWriter&) = delete;
    ~ArchiveWriter();

    /// Begins a member.
    /// @throws Error Unsupported when the format cannot have it, and what the sink throws
    void header(archive_entry* entry);
    /// Where the next data will lie: what is read to here and then given to data() is not copied. Never
    /// empty.
    std::span<std::byte> room();
    /// Data of the last member. What lies in its holes must be given, too, and is left out.
    void data(std::span<const std::byte> bytes);
    /// Pads the last member and writes the end mark. Once, last.
    void finish();

private:
    static la_ssize_t take(archive* self, void* client, const void* bytes, std::size_t count);
    void gather(std::span<const std::byte> bytes);
    void handOn();
    void check(la_ssize_t result, const char* what);

    sdk::ByteSink& sink_;
    ThreadLocale locale_;
    archive* archive_;
    /// libarchive writes a small file in six pieces; the sink is told of them when its block is full.
    std::span<std::byte> room_;
    std::size_t gathered_ = 0;
    std::exception_ptr failed_;  ///< thrown by the sink below libarchive's C code
    bool abandoned_ = false;     ///< nothing that comes now is part of the dump
};

}  // namespace dbackup::files
