#include "core/pipeline/gzip_compressor.h"

#include <new>
#include <string>

#include <zlib.h>

#include "core/base/error.h"

namespace dbackup::pipeline {

namespace {

constexpr int default_level = 6;
constexpr int max_level = 9;
constexpr int gzip_window_bits = 15 + 16;  // + 16: with the header and trailer of gzip
constexpr int memory_level = 8;

}  // namespace

struct GzipCompressor::Context {
    explicit Context(int level) {
        const int result =
            deflateInit2(&zlib, level, Z_DEFLATED, gzip_window_bits, memory_level, Z_DEFAULT_STRATEGY);
        if (result == Z_MEM_ERROR) throw std::bad_alloc();
        if (result != Z_OK) {
            throw Error(ErrorKind::Internal, "zlib cannot start: error " + std::to_string(result));
        }
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { deflateEnd(&zlib); }

    /// One call of the compressor. @return true when the stream has ended
    bool step(BlockWriter& out, int flush) {
        const std::span<std::byte> room = out.room();
        zlib.next_out = reinterpret_cast<Bytef*>(room.data());
        zlib.avail_out = static_cast<uInt>(room.size());
        const int result = deflate(&zlib, flush);
        if (result == Z_STREAM_ERROR) throw Error(ErrorKind::Internal, "zlib cannot compress");
        out.filled(room.size() - zlib.avail_out);
        return result == Z_STREAM_END;
    }

    z_stream zlib{};
};

GzipCompressor::GzipCompressor(int level) {
    if (level < 0 || level > max_level) {
        throw Error(ErrorKind::Settings,
                    "gzip has no level " + std::to_string(level),
                    "use 1 to " + std::to_string(max_level));
    }
    context_ = std::make_unique<Context>(level == 0 ? default_level : level);
}

GzipCompressor::~GzipCompressor() = default;

void GzipCompressor::process(std::span<const std::byte> bytes, BlockWriter& out) {
    // zlib does not write to its input, it only lacks the const.
    context_->zlib.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    context_->zlib.avail_in = static_cast<uInt>(bytes.size());
    while (context_->zlib.avail_in > 0)
        context_->step(out, Z_NO_FLUSH);
}

void GzipCompressor::finish(BlockWriter& out) {
    while (!context_->step(out, Z_FINISH)) {
    }
}

}  // namespace dbackup::pipeline
