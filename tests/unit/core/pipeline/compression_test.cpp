#include <catch2/catch.hpp>

#include "core/pipeline/decompressor.h"
#include "core/pipeline/filter.h"
#include "fakes.h"

using namespace dbackup;
using namespace dbackup::pipeline;
using dbackup::test::drain;
using dbackup::test::sampleText;
using dbackup::test::TextSource;

namespace {

/// A text, compressed in pieces of `piece` bytes.
std::string compressed(const std::string& text, const Compression& compression, std::size_t piece = 70'000) {
    BlockPool pool(2);
    std::string stored;
    BlockWriter out(pool, {}, [&](const BlockPtr& block) {
        const auto bytes = block->bytes();
        stored.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
    const auto filter = makeCompressor(compression);
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        filter->process(bytes.subspan(at, std::min(piece, bytes.size() - at)), out);
    filter->finish(out);
    out.flush();
    CHECK(pool.taken() == 0);
    return stored;
}

std::string decompressed(const std::string& kind,
                         const std::string& stored,
                         std::size_t buffer_bytes = 4096) {
    const auto source = makeDecompressor(kind, std::make_unique<TextSource>(stored));
    std::string text = drain(*source, buffer_bytes);
    std::byte one{};
    CHECK(source->read({&one, 1}) == 0);  // and 0 it stays
    return text;
}

ErrorKind faultOf(const std::string& kind, const std::string& stored) {
    try {
        decompressed(kind, stored);
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::None;
}

}  // namespace

TEST_CASE("Compression: every size comes back as it was", "[pipeline]") {
    const std::string kind = GENERATE("zstd", "gzip");
    const unsigned threads = kind == "zstd" ? GENERATE(0U, 2U) : 0U;
    for (const std::size_t size : {0U, 1U, 4095U, 65'536U, (1U << 20) - 1, (1U << 20) + 1, 5'000'011U}) {
        CAPTURE(kind, threads, size);
        const std::string text = sampleText(size, static_cast<unsigned>(size));
        const std::string stored = compressed(text, {kind, 1, threads});
        CHECK(decompressed(kind, stored, 100'000) == text);
        if (size > 10'000) CHECK(stored.size() < size * 3 / 4);
    }
}

TEST_CASE("Compression: small pieces on both sides change nothing", "[pipeline]") {
    const std::string kind = GENERATE("zstd", "gzip");
    const std::string text = sampleText(30'000);
    const std::string stored = compressed(text, {kind, 0, 0}, 7);
    CHECK(decompressed(kind, stored, 1) == text);
}

TEST_CASE("Compression: what does not compress comes back, too", "[pipeline]") {
    const std::string kind = GENERATE("zstd", "gzip");
    std::mt19937 random(3);
    std::string text(3'000'000, '\0');
    for (char& c : text)
        c = static_cast<char>(random());
    CHECK(decompressed(kind, compressed(text, {kind, 0, 1})) == text);
}

TEST_CASE("Compression: none is the stream itself", "[pipeline]") {
    CHECK_FALSE(makeCompressor({"none", 0, 0}));
    CHECK(decompressed("none", "as it is") == "as it is");
}

TEST_CASE("Compression: unknown kinds and levels are refused", "[pipeline]") {
    CHECK_THROWS_WITH(makeCompressor({"rar", 0, 0}), Catch::Contains("unknown compression \"rar\""));
    CHECK_THROWS_WITH(makeDecompressor("rar", nullptr), Catch::Contains("unknown compression"));
    CHECK_THROWS_WITH(makeCompressor({"zstd", 20, 0}), "zstd has no level 20");
    CHECK_THROWS_WITH(makeCompressor({"zstd", -1, 0}), "zstd has no level -1");
    CHECK_THROWS_WITH(makeCompressor({"gzip", 10, 0}), "gzip has no level 10");
    CHECK(extensionOf("zstd") == "zst");
    CHECK(extensionOf("gzip") == "gz");
    CHECK(extensionOf("none").empty());
}

TEST_CASE("Decompressor: several frames are one stream", "[pipeline]") {
    const std::string kind = GENERATE("zstd", "gzip");
    const std::string both = compressed("hello ", {kind, 0, 0}) + compressed("world", {kind, 0, 0});
    CHECK(decompressed(kind, both) == "hello world");
}

TEST_CASE("Decompressor: a cut stream is refused, wherever it is cut", "[pipeline]") {
    const std::string kind = GENERATE("zstd", "gzip");
    const std::string stored = compressed(sampleText(20'000), {kind, 0, 0});
    for (std::size_t size = 0; size < stored.size(); size += 97) {
        CAPTURE(kind, size);
        CHECK(faultOf(kind, stored.substr(0, size)) == ErrorKind::Integrity);
    }
    CHECK(faultOf(kind, stored.substr(0, stored.size() - 1)) == ErrorKind::Integrity);
}

TEST_CASE("Decompressor: bytes behind the stream or in its midst are refused", "[pipeline]") {
    const std::string kind = GENERATE("zstd", "gzip");
    std::string stored = compressed(sampleText(20'000), {kind, 0, 0});
    CHECK(faultOf(kind, stored + "x") == ErrorKind::Integrity);
    CHECK(faultOf(kind, stored + "and more that is not compressed") == ErrorKind::Integrity);
    CHECK(faultOf(kind, "no such stream at all") == ErrorKind::Integrity);
    stored[stored.size() / 2] = static_cast<char>(stored[stored.size() / 2] ^ 1);
    CHECK(faultOf(kind, stored) == ErrorKind::Integrity);
}

TEST_CASE("Decompressor: errors of the source pass through", "[pipeline]") {
    class Broken final : public sdk::ByteSource {
        std::size_t read(std::span<std::byte> /*into*/) override {
            throw Error(ErrorKind::Unavailable, "gone");
        }
    };
    for (const char* kind : {"zstd", "gzip", "none"}) {
        const auto source = makeDecompressor(kind, std::make_unique<Broken>());
        std::byte one{};
        CHECK_THROWS_WITH(source->read({&one, 1}), "gone");
    }
}
