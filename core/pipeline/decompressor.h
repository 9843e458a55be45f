#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <dbackup/sdk/streams.h>

namespace dbackup::pipeline {

/// The stored bytes of an object, decompressed. Several frames or members one after another are one stream,
/// as for `zstd -d` and `gzip -d`. read() returns 0 only where a frame ends and the stored bytes end, too.
/// @param kind    "zstd" | "gzip" | "none", which gives `stored` itself
/// @param stored  what is read; errors of its own pass through
/// @throws Error Settings for an unknown kind; read() throws Integrity for bytes that cannot be decompressed
std::unique_ptr<sdk::ByteSource> makeDecompressor(const std::string& kind,
                                                  std::unique_ptr<sdk::ByteSource> stored);

}  // namespace dbackup::pipeline
