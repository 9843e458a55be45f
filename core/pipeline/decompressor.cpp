#include "core/pipeline/decompressor.h"

#include <limits>
#include <new>
#include <vector>

#include <zlib.h>
#include <zstd.h>

#include "core/base/error.h"
#include "core/pipeline/filter.h"

namespace dbackup::pipeline {

namespace {

constexpr std::size_t input_bytes = 256U << 10;
constexpr int gzip_window_bits = 15 + 16;

[[noreturn]] void refuse(std::string_view kind, std::string_view reason) {
    throw Error(ErrorKind::Integrity,
                "the stored bytes are no sound " + std::string(kind) + " stream: " + std::string(reason));
}

/// What both kinds share: the input buffer and the rule for the end.
class Decompressor : public sdk::ByteSource {
public:
    Decompressor(std::string_view kind, std::unique_ptr<sdk::ByteSource> stored)
        : kind_(kind), stored_(std::move(stored)), buffer_(input_bytes) {}

    std::size_t read(std::span<std::byte> into) final {
        if (into.empty()) return 0;
        while (true) {
            if (rest_.empty() && !input_ended_) {
                const std::size_t got = stored_->read(buffer_);
                rest_ = std::span(buffer_).first(got);
                input_ended_ = got == 0;
            }
            // Output may wait in the decoder although all input has been taken.
            const std::size_t before = rest_.size();
            const std::size_t made = step(rest_, into);
            if (made > 0) return made;
            if (!input_ended_ || rest_.size() < before) continue;
            if (!rest_.empty()) refuse(kind_, "there are bytes that cannot be decoded");
            if (!frame_ended_) refuse(kind_, "it ends in the midst");
            return 0;
        }
    }

protected:
    /// Decodes from `in`, which it shortens, and keeps frame_ended_. @return bytes made
    virtual std::size_t step(std::span<const std::byte>& in, std::span<std::byte> out) = 0;

    const std::string kind_;
    bool frame_ended_ = false;

private:
    std::unique_ptr<sdk::ByteSource> stored_;
    std::vector<std::byte> buffer_;
    std::span<const std::byte> rest_;
    bool input_ended_ = false;
};

class ZstdDecompressor final : public Decompressor {
public:
    explicit ZstdDecompressor(std::unique_ptr<sdk::ByteSource> stored)
        : Decompressor("zstd", std::move(stored)) {
        if (!zstd_) throw std::bad_alloc();
    }

protected:
    std::size_t step(std::span<const std::byte>& in, std::span<std::byte> out) override {
        if (in.empty() && frame_ended_) return 0;
        ZSTD_inBuffer input{in.data(), in.size(), 0};
        ZSTD_outBuffer output{out.data(), out.size(), 0};
        const std::size_t left = ZSTD_decompressStream(zstd_.get(), &output, &input);
        if (ZSTD_isError(left) != 0) refuse(kind_, ZSTD_getErrorName(left));
        in = in.subspan(input.pos);
        if (input.pos > 0 || output.pos > 0) frame_ended_ = left == 0;
        return output.pos;
    }

private:
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> zstd_{ZSTD_createDCtx(), &ZSTD_freeDCtx};
};

class GzipDecompressor final : public Decompressor {
public:
    explicit GzipDecompressor(std::unique_ptr<sdk::ByteSource> stored)
        : Decompressor("gzip", std::move(stored)) {
        if (inflateInit2(&zlib_, gzip_window_bits) != Z_OK) throw std::bad_alloc();
    }
    GzipDecompressor(const GzipDecompressor&) = delete;
    GzipDecompressor& operator=(const GzipDecompressor&) = delete;
    ~GzipDecompressor() override { inflateEnd(&zlib_); }

protected:
    std::size_t step(std::span<const std::byte>& in, std::span<std::byte> out) override {
        if (frame_ended_) {
            if (in.empty()) return 0;
            inflateReset(&zlib_);
            frame_ended_ = false;
        }
        // zlib does not write to its input, it only lacks the const.
        zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
        zlib_.avail_in = static_cast<uInt>(in.size());
        zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
        const auto room =
            static_cast<uInt>(std::min<std::size_t>(out.size(), std::numeric_limits<uInt>::max()));
        zlib_.avail_out = room;
        const int result = inflate(&zlib_, Z_NO_FLUSH);
        if (result == Z_MEM_ERROR) throw std::bad_alloc();
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            refuse(kind_, zlib_.msg != nullptr ? zlib_.msg : "damaged data");
        }
        frame_ended_ = result == Z_STREAM_END;
        in = in.last(zlib_.avail_in);
        return room - zlib_.avail_out;
    }

private:
    z_stream zlib_{};
};

}  // namespace

std::unique_ptr<sdk::ByteSource> makeDecompressor(const std::string& kind,
                                                  std::unique_ptr<sdk::ByteSource> stored) {
    const std::string extension = extensionOf(kind);
    if (extension == "zst") return std::make_unique<ZstdDecompressor>(std::move(stored));
    if (extension == "gz") return std::make_unique<GzipDecompressor>(std::move(stored));
    return stored;
}

}  // namespace dbackup::pipeline
