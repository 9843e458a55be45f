#include "core/model/manifest.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/hash.h"

using namespace dbackup;

namespace {

Manifest sample() {
    Manifest manifest;
    manifest.path = "Daily/2026-01-15_10-30-07_1a2b3c4d";
    manifest.execution_id = "1a2b3c4d-0000-4000-8000-000000000000";
    manifest.job_id = "job-1";
    manifest.job_name = "Daily \"quoted\" \xc3\xa4";
    manifest.created_at = fromIso("2026-01-15T10:30:07.123Z");
    manifest.software = "dbackup 0.1.0";
    manifest.trigger_type = "Api";
    manifest.trigger_label = "ci";
    manifest.locked = true;
    manifest.sources = {{"src-1", "Shop", "postgres", "15.20", "Community"}};
    ManifestObject object;
    object.name = "shop.dump.zst";
    object.source_id = "src-1";
    object.database = "shop";
    object.contents = "database";
    object.format = "dump";
    object.metadata = R"({"encoding":"UTF8","roles":["a","b"]})";
    object.compression = "zstd";
    object.original_bytes = 5'000'000'000'000;
    object.size_bytes = 30;
    object.original_sha256 = sha256Hex("original");
    object.volumes = {{"shop.dump.zst.000", 20, sha256Hex("0")}, {"shop.dump.zst.001", 10, sha256Hex("1")}};
    manifest.objects = {object};
    return manifest;
}

/// A text whose digest agrees although its content was edited.
std::string resealed(std::string text) {
    const auto at = text.rfind("\"digest\": \"") + 11;
    text.replace(at, 64, 64, '0');
    return text.replace(at, 64, sha256Hex(text));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return resealed(text.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("Manifest: what is written is read back", "[model]") {
    const Manifest manifest = sample();
    const Manifest again = parseManifest(toText(manifest), manifest.path);
    CHECK(toText(again) == toText(manifest));
    CHECK(again.job_name == manifest.job_name);
    CHECK(again.locked);
    CHECK(again.created_at == manifest.created_at);
    REQUIRE(again.objects.size() == 1);
    CHECK(again.objects[0].original_bytes == 5'000'000'000'000);
    CHECK(again.objects[0].volumes[1].name == "shop.dump.zst.001");
    CHECK(again.totalBytes() == 30);
    CHECK(again.sources[0].engine_version == "15.20");
}

TEST_CASE("Manifest: any changed byte and any cut is found", "[model]") {
    const Manifest manifest = sample();
    const std::string text = toText(manifest);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        INFO("byte " << i);
        REQUIRE_THROWS_AS(parseManifest(changed, manifest.path), Error);
        REQUIRE_THROWS_AS(parseManifest(text.substr(0, i), manifest.path), Error);
    }
    CHECK_THROWS_WITH(parseManifest("", manifest.path), Catch::Contains("is damaged"));
    CHECK_THROWS_WITH(parseManifest(text + " ", manifest.path), Catch::Contains("is damaged"));
}

TEST_CASE("Manifest: that of another backup is refused with its name", "[model]") {
    const Manifest manifest = sample();
    CHECK_THROWS_WITH(parseManifest(toText(manifest), "Daily/other"),
                      Catch::Contains("belongs to another backup, 'Daily/2026-01-15_10-30-07_1a2b3c4d'"));
}

TEST_CASE("Manifest: a newer format is not guessed at", "[model]") {
    const Manifest manifest = sample();
    const auto newer = replaced(toText(manifest), "\"formatVersion\": 1", "\"formatVersion\": 2");
    CHECK_THROWS_WITH(parseManifest(newer, manifest.path), Catch::Contains("has format version 2"));
}

TEST_CASE("Manifest: a well-sealed text that makes no sense is refused", "[model]") {
    const Manifest manifest = sample();
    const std::string text = toText(manifest);
    const std::vector<std::pair<std::string, std::string>> edits = {
        {"\"size\": 30", "\"size\": 31"},
        {"\"size\": 20", "\"size\": -20"},
        {"\"shop.dump.zst.000\"", "\"../shop.dump.zst\""},
        {"\"originalSize\": 5000000000000", "\"originalSize\": \"many\""},
        {"\"createdAt\": \"2026", "\"createdAt\": \"x026"},
    };
    for (const auto& [from, to] : edits) {
        CAPTURE(from, to);
        CHECK_THROWS_WITH(parseManifest(replaced(text, from, to), manifest.path),
                          Catch::Contains("cannot be used"));
    }
    Manifest empty = manifest;
    empty.objects.clear();
    CHECK_THROWS_WITH(parseManifest(toText(empty), empty.path), Catch::Contains("names no object"));
}

TEST_CASE("Manifest: a lock is changed without touching anything else", "[manifest]") {
    const Manifest manifest = sample();
    const std::string text = toText(manifest);
    const std::string open = withLock(text, manifest.path, false);
    CHECK_FALSE(parseManifest(open, manifest.path).locked);
    CHECK(withLock(open, manifest.path, true) == text);
    CHECK_THROWS_AS(withLock(text, "Daily/another", false), Error);
    CHECK_THROWS_AS(withLock(text.substr(1), manifest.path, false), Error);
    // What a newer program of the same format added is kept.
    const std::string more = replaced(text, "\"locked\": true", "\"locked\": true, \"colour\": \"red\"");
    CHECK(withLock(more, manifest.path, false).find("\"colour\": \"red\"") != std::string::npos);
}

TEST_CASE("Manifest: an object is found by its name or by that of a volume", "[manifest]") {
    const Manifest manifest = sample();
    CHECK(manifest.findObject("shop.dump.zst") == &manifest.objects.front());
    CHECK(manifest.findObject("shop.dump.zst.001") == &manifest.objects.front());
    CHECK(manifest.findObject("shop.dump") == nullptr);
}
