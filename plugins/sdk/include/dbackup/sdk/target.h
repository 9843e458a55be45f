#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <dbackup/sdk/export.h>
#include <dbackup/sdk/run_context.h>

namespace dbackup::sdk {

enum class IfExists { None = 0, Fail, Replace };

/// What the host knows of an object before it writes it. Names are relative, '/'-separated, of
/// sanitised parts (no "." or "..", no control characters).
struct ObjectSpec {
    std::string name;
    std::optional<std::uint64_t> size_bytes;  ///< checked at commit when known
    IfExists if_exists = IfExists::Fail;
};

struct ObjectInfo {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::chrono::system_clock::time_point modified;
    std::string checksum;  ///< "sha256:<hex>" or another algorithm of the server's own; may be empty
};

/// Cut at the object's end; one that begins there or beyond is empty.
struct ByteRange {
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;  ///< absent = to the end
};

struct TargetLimits {
    std::uint64_t max_object_bytes = 0;  ///< 0 = none known
    std::size_t max_name_bytes = 1024;
    unsigned parallel_writers = 4;
};

/// One object being written: open -> committed | aborted. [one thread at a time]
class DBACKUP_SDK_EXPORT ObjectWriter {
public:
    ObjectWriter() = default;
    ObjectWriter(const ObjectWriter&) = delete;
    ObjectWriter& operator=(const ObjectWriter&) = delete;
    /// Aborts if still open; never commits, never throws.
    virtual ~ObjectWriter();

    virtual void write(std::span<const std::byte> bytes) = 0;
    /// Durable and visible under the name when it returns; nothing is visible there before.
    virtual ObjectInfo commit() = 0;
    /// Idempotent. Removes parts and temporary names, logs what it could not remove.
    virtual void abort() noexcept = 0;
};

/// [one thread at a time]
class DBACKUP_SDK_EXPORT ObjectReader {
public:
    ObjectReader() = default;
    ObjectReader(const ObjectReader&) = delete;
    ObjectReader& operator=(const ObjectReader&) = delete;
    virtual ~ObjectReader();

    /// 0 is the end. @throws Error Unavailable, NotFound, Cancelled
    virtual std::size_t read(std::span<std::byte> into) = 0;
};

/// Called for each object; false stops the listing.
using ListCallback = std::function<bool(const ObjectInfo&)>;

/// A place that keeps objects. Shared by the run and called from several threads. [thread-safe]
/// Capabilities (JSON): {"ranges":true}. Frozen within an ABI major.
class DBACKUP_SDK_EXPORT StorageTarget {
public:
    StorageTarget() = default;
    StorageTarget(const StorageTarget&) = delete;
    StorageTarget& operator=(const StorageTarget&) = delete;
    virtual ~StorageTarget();

    virtual TargetLimits limits() const = 0;
    /// Writes, reads back and deletes a probe object. Returns one sentence for people; may be empty.
    virtual std::string test(RunContext& run) = 0;
    /// @throws Error AlreadyExists, Permission, NoSpace, Unavailable
    virtual std::unique_ptr<ObjectWriter> create(const ObjectSpec& spec, RunContext& run) = 0;
    /// @throws Error NotFound
    virtual std::unique_ptr<ObjectReader> open(const std::string& name, ByteRange range, RunContext& run) = 0;
    /// Absent = not there; trouble throws.
    virtual std::optional<ObjectInfo> stat(const std::string& name, RunContext& run) = 0;
    /// All objects whose name begins with the prefix, in any order, temporary names left out.
    virtual void list(const std::string& prefix, const ListCallback& callback, RunContext& run) = 0;
    /// False = was not there.
    virtual bool remove(const std::string& name, RunContext& run) = 0;
    /// Removes what a crashed run announced with RunContext::leftover(); not there is fine.
    virtual void cleanup(const std::string& token, RunContext& run) = 0;
    /// An extension interface by id, or nullptr.
    virtual void* extension(std::string_view id) noexcept;
};

}  // namespace dbackup::sdk
