#include "core/pipeline/zstd_compressor.h"

#include <new>
#include <string>

#include <zstd.h>
#include <zstd_errors.h>

#include "core/base/error.h"

namespace dbackup::pipeline {

namespace {

constexpr int default_level = 3;
constexpr int max_level = 19;
/// What one thread of libzstd compresses at a time at the default level. Its own choice of four windows (8
/// MiB) costs three times the memory, for objects that are 1 % smaller and no time gained.
constexpr int job_bytes = 2 << 20;
/// How much of the job before each job goes over again to find repetitions: window / 2^(9 - this), 64 KiB
/// here. Of jobs this small libzstd's own choice, 256 KiB, is an eighth more work; rows of dumps come out as
/// small without it, programs 0.4 % larger.
constexpr int job_overlap = 4;

std::size_t checked(std::size_t code) {
    if (ZSTD_isError(code) == 0) return code;
    if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation) throw std::bad_alloc();
    throw Error(ErrorKind::Internal, std::string("zstd cannot compress: ") + ZSTD_getErrorName(code));
}

}  // namespace

struct ZstdCompressor::Context {
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> zstd{ZSTD_createCCtx(), &ZSTD_freeCCtx};

    void set(ZSTD_cParameter parameter, int value) const {
        checked(ZSTD_CCtx_setParameter(zstd.get(), parameter, value));
    }

    /// One call of the compressor. @return what it says is left to do
    std::size_t step(ZSTD_inBuffer& in, BlockWriter& out, ZSTD_EndDirective end) const {
        const std::span<std::byte> room = out.room();
        ZSTD_outBuffer buffer{room.data(), room.size(), 0};
        const std::size_t left = checked(ZSTD_compressStream2(zstd.get(), &buffer, &in, end));
        out.filled(buffer.pos);
        return left;
    }
};

ZstdCompressor::ZstdCompressor(int level, unsigned threads) : context_(std::make_unique<Context>()) {
    if (!context_->zstd) throw std::bad_alloc();
    if (level < 0 || level > max_level) {
        throw Error(ErrorKind::Settings,
                    "zstd has no level " + std::to_string(level),
                    "use 1 to " + std::to_string(max_level));
    }
    context_->set(ZSTD_c_compressionLevel, level == 0 ? default_level : level);
    context_->set(ZSTD_c_checksumFlag, 1);
    if (threads > 0) {
        context_->set(ZSTD_c_nbWorkers, static_cast<int>(threads));
        if (level <= default_level) {
            context_->set(ZSTD_c_jobSize, job_bytes);
            context_->set(ZSTD_c_overlapLog, job_overlap);
        }
    }
}

ZstdCompressor::~ZstdCompressor() = default;

void ZstdCompressor::process(std::span<const std::byte> bytes, BlockWriter& out) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (in.pos < in.size)
        context_->step(in, out, ZSTD_e_continue);
}

void ZstdCompressor::finish(BlockWriter& out) {
    ZSTD_inBuffer nothing{nullptr, 0, 0};
    while (context_->step(nothing, out, ZSTD_e_end) != 0) {
    }
}

}  // namespace dbackup::pipeline
