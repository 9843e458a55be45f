#include "scripted_engine.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/retry.h>

namespace dbackup::test {

namespace {

constexpr std::size_t chunk_bytes = 64U << 10;

void failAs(const std::string& kind) {
    if (!kind.empty()) {
        throw sdk::Error(
            sdk::errorKindFrom(kind), "the script failed as it was told", "Tell it something else");
    }
}

std::size_t readFully(sdk::ByteSource& source, std::span<std::byte> into) {
    std::size_t filled = 0;
    while (filled < into.size()) {
        const std::size_t count = source.read(into.subspan(filled));
        if (count == 0) break;
        filled += count;
    }
    return filled;
}

}  // namespace

ScriptedData::ScriptedData(std::uint64_t seed, std::string_view database)
    : state_(0xcbf29ce484222325U ^ seed) {
    for (const char c : database) {
        state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    }
    state_ |= 1U;
}

void ScriptedData::fill(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 7U;
        state_ ^= state_ << 17U;
        const std::size_t count = std::min(bytes.size(), sizeof(state_));
        std::memcpy(bytes.data(), &state_, count);
        bytes = bytes.subspan(count);
    }
}

ScriptedEngine::ScriptedEngine(const sdk::Settings& settings)
    : databases_(settings.list("databases")),
      bytes_(static_cast<std::uint64_t>(settings.integer("bytes"))),
      wait_(static_cast<std::int64_t>(settings.number("seconds") * 1000)),
      chunk_delay_(settings.integer("chunkDelayMs")),
      seed_(static_cast<std::uint64_t>(settings.integer("seed"))),
      fail_(settings.text("fail")),
      fail_test_(settings.text("failTest")),
      test_wait_(static_cast<std::int64_t>(settings.number("testSeconds") * 1000)),
      restore_file_(settings.text("restoreFile")) {}

void ScriptedEngine::answer(sdk::RunContext& run) const {
    sdk::sleepFor(test_wait_, run);
    failAs(fail_test_);
}

sdk::ServerInfo ScriptedEngine::test(sdk::RunContext& run) {
    answer(run);
    return {"1.2.3", "Scripted", "The script is ready"};
}

std::vector<sdk::DatabaseInfo> ScriptedEngine::databases(sdk::RunContext& run) {
    answer(run);
    std::vector<sdk::DatabaseInfo> found;
    for (const std::string& name : databases_) {
        found.push_back({name, bytes_});
    }
    return found;
}

void ScriptedEngine::dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) {
    if (std::find(databases_.begin(), databases_.end(), request.database) == databases_.end()) {
        throw sdk::Error(sdk::ErrorKind::NotFound, "the script has no database '" + request.database + "'");
    }
    run.log(sdk::LogLevel::Info, "the script dumps " + request.database);
    run.estimate(bytes_);
    sdk::sleepFor(wait_, run);
    const std::string metadata =
        "{\"seed\":" + std::to_string(seed_) + ",\"bytes\":" + std::to_string(bytes_) + "}";
    const auto sink = output.object({request.database, "bin", request.contents, metadata});
    ScriptedData data(seed_, request.database);
    for (std::uint64_t left = bytes_; left > 0;) {
        run.throwIfStopped();
        std::array<std::byte, chunk_bytes> chunk{};
        const auto part = std::span(chunk).first(std::min<std::uint64_t>(left, chunk_bytes));
        data.fill(part);
        sink->write(part);
        left -= part.size();
        if (chunk_delay_.count() > 0) sdk::sleepFor(chunk_delay_, run);
    }
    failAs(fail_);
    sink->finish();
}

void ScriptedEngine::checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) {
    answer(run);
    if (!restore_file_.empty() && !request.overwrite && std::filesystem::exists(restore_file_)) {
        throw sdk::Error(sdk::ErrorKind::AlreadyExists,
                         restore_file_ + " has data already",
                         "Restore under another name, or allow it to be overwritten");
    }
}

void ScriptedEngine::restore(const sdk::RestoreRequest& request,
                             sdk::ByteSource& source,
                             sdk::RunContext& run) {
    sdk::sleepFor(wait_, run);
    const sdk::Settings dumped(request.object.metadata);
    ScriptedData data(static_cast<std::uint64_t>(dumped.integer("seed")), request.object.database);
    std::ofstream file;
    if (!restore_file_.empty()) file.open(restore_file_, std::ios::binary | std::ios::trunc);
    std::array<std::byte, chunk_bytes> chunk{};
    std::array<std::byte, chunk_bytes> expected{};
    std::int64_t total = 0;
    while (const std::size_t count = readFully(source, chunk)) {
        run.throwIfStopped();
        data.fill(std::span(expected).first(count));
        if (file.is_open()) {
            file.write(reinterpret_cast<const char*>(chunk.data()), static_cast<std::streamsize>(count));
        } else if (std::memcmp(chunk.data(), expected.data(), count) != 0) {
            throw sdk::Error(sdk::ErrorKind::Integrity, "the restored bytes differ from the dumped ones");
        }
        total += static_cast<std::int64_t>(count);
        if (chunk_delay_.count() > 0) sdk::sleepFor(chunk_delay_, run);
    }
    if (total != dumped.integer("bytes")) {
        throw sdk::Error(sdk::ErrorKind::Integrity, "the restored bytes are not as many as the dumped ones");
    }
    file.flush();
    if (file.is_open() && !file) {
        throw sdk::Error(sdk::ErrorKind::NoSpace, "cannot write " + restore_file_);
    }
}

}  // namespace dbackup::test
