#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

#include <dbackup/sdk/streams.h>

#include "archive_writer.h"

namespace dbackup::files {

/// Reads a tar archive and requires that it is there to its end. [one thread]
class ArchiveReader {
public:
    explicit ArchiveReader(sdk::ByteSource& source);
    ArchiveReader(const ArchiveReader&) = delete;
    ArchiveReader& operator=(const ArchiveReader&) = delete;
    ~ArchiveReader();

    /// The next member, valid until the next call; null behind the last one, and by then the end mark was
    /// seen and the source is at its end.
    /// @throws Error Integrity for what is no archive or not all of one
    archive_entry* next();

    struct Block {
        const void* bytes = nullptr;
        std::size_t size = 0;
        std::uint64_t offset = 0;  ///< in the file; what is left out are holes
    };
    /// Data of the last member. False at its end.
    bool read(Block& block);

private:
    static la_ssize_t give(archive* self, void* client, const void** bytes);
    void requireEndMark();
    [[noreturn]] void fail();

    sdk::ByteSource& source_;
    ThreadLocale locale_;
    archive* archive_;
    std::vector<std::byte> buffer_;
    std::uint64_t bytes_ = 0;  ///< taken from the source
    std::size_t last_ = 0;     ///< how many of them are in the buffer
    std::exception_ptr failed_;
};

}  // namespace dbackup::files
