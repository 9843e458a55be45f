#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <dbackup/sdk/export.h>

namespace dbackup::sdk {

/// What a dumped object is, as the engine knows it. The host makes the object's name from it:
/// `<database>.<format>[.zst|.gz]`, sanitised.
struct DumpObject {
    std::string database;  ///< name of the database, or "globals"
    std::string format;    ///< extension without dot: "dump", "sql", "sqlite", "rdb", ...
    std::string contents;  ///< "database" | "globals" | an engine's own word
    /// JSON object that the engine wants back at restore (encoding, owner, server version, ...); kept in
    /// the manifest, so no secrets.
    std::string metadata = "{}";
};

/// Engine -> pipeline: the bytes of one object. [one thread at a time]
/// Destroyed without finish(): the object has failed, whatever was written.
class DBACKUP_SDK_EXPORT ByteSink {
public:
    ByteSink() = default;
    ByteSink(const ByteSink&) = delete;
    ByteSink& operator=(const ByteSink&) = delete;
    virtual ~ByteSink();

    /// Room in the current block: 1 to 1 MiB bytes, to be filled without a copy. Blocks while the
    /// destinations are slower than the engine.
    /// @throws Error Cancelled, or the error of the destinations when all have failed
    virtual std::span<std::byte> acquire() = 0;
    /// So many bytes of the last acquire() are filled.
    virtual void produced(std::size_t bytes) = 0;
    /// "This dump is complete": exit status 0 *and* the format's own end mark were seen. Once, last.
    /// Returns when the bytes are handed on, not when they are stored.
    virtual void finish() = 0;

    /// Convenience over acquire() and produced().
    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);
};

/// Engine -> pipeline: opens the object of one dump. [thread-safe]
class DBACKUP_SDK_EXPORT DumpOutput {
public:
    DumpOutput() = default;
    DumpOutput(const DumpOutput&) = delete;
    DumpOutput& operator=(const DumpOutput&) = delete;
    virtual ~DumpOutput();

    /// @throws Error when no destination can take the object
    virtual std::unique_ptr<ByteSink> object(const DumpObject& object) = 0;
};

/// Pipeline -> engine: the bytes of one object, decrypted and decompressed. [one thread at a time]
class DBACKUP_SDK_EXPORT ByteSource {
public:
    ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;
    virtual ~ByteSource();

    /// Fills the span as far as bytes are at hand. 0 is the end, and by then size and SHA-256 agree.
    /// @throws Error Integrity, Unavailable, Cancelled
    virtual std::size_t read(std::span<std::byte> into) = 0;
};

}  // namespace dbackup::sdk
