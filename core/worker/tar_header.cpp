#include "core/worker/tar_header.h"

#include <memory>
#include <new>

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <sys/stat.h>

#include "core/base/error.h"

namespace dbackup::worker {

namespace {

constexpr std::size_t record_bytes = 512;

struct WriterEnd {
    void operator()(archive* writer) const noexcept { archive_write_free(writer); }
};
/// libarchive takes names for texts of the thread's locale; ours are UTF-8.
class Utf8Locale {
public:
    Utf8Locale() : locale_(::newlocale(LC_ALL_MASK, "C.UTF-8", nullptr)), before_(nullptr) {
        if (locale_ == nullptr) throw Error(ErrorKind::Internal, "this system has no locale C.UTF-8");
        before_ = ::uselocale(locale_);
    }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;
    ~Utf8Locale() {
        ::uselocale(before_);
        ::freelocale(locale_);
    }

private:
    locale_t locale_;
    locale_t before_;
};

struct EntryEnd {
    void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
};

struct Header {
    std::string text;
    bool is_whole = false;
};

// Once it is freed the writer would write all that the file and the archive still lack: that fails.
la_ssize_t append(archive* /*writer*/, void* header, const void* bytes, std::size_t count) {
    auto& so_far = *static_cast<Header*>(header);
    if (so_far.is_whole) return -1;
    so_far.text.append(static_cast<const char*>(bytes), count);
    return static_cast<la_ssize_t>(count);
}

}  // namespace

std::string tarHeader(const std::string& name, std::uint64_t size_bytes, TimePoint modified) {
    const Utf8Locale locale;
    Header header;
    const std::unique_ptr<archive, WriterEnd> writer(archive_write_new());
    const std::unique_ptr<archive_entry, EntryEnd> entry(archive_entry_new());
    if (!writer || !entry) throw std::bad_alloc();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(modified.time_since_epoch()).count();
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), S_IFREG);
    archive_entry_set_perm(entry.get(), S_IRUSR | S_IWUSR);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size_bytes));
    archive_entry_set_mtime(entry.get(), static_cast<time_t>(seconds), 0);
    const bool made = archive_write_set_format_pax_restricted(writer.get()) == ARCHIVE_OK &&
                      archive_write_set_bytes_per_block(writer.get(), 0) == ARCHIVE_OK &&
                      archive_write_open(writer.get(), &header, nullptr, &append, nullptr) == ARCHIVE_OK &&
                      archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK;
    header.is_whole = true;
    if (!made) {
        const char* reason = archive_error_string(writer.get());
        throw Error(ErrorKind::Internal,
                    "cannot describe " + name +
                        " in an archive: " + (reason != nullptr ? reason : "no reason given"));
    }
    return std::move(header.text);
}

std::string tarPadding(std::uint64_t size_bytes) {
    return std::string((record_bytes - size_bytes % record_bytes) % record_bytes, '\0');
}

std::string tarEnd() {
    return std::string(2 * record_bytes, '\0');
}

}  // namespace dbackup::worker
