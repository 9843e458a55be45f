#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/streams.h>
#include <dbackup/sdk/target.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/pipeline/observer.h"

namespace dbackup::test {

/// Records what plugins say. [thread-safe]
class RecordingContext final : public sdk::RunContext {
public:
    std::stop_token stop() const noexcept override { return source.get_token(); }
    void log(sdk::LogLevel /*level*/, std::string_view message, std::string_view /*details*/) override {
        const std::lock_guard lock(mutex_);
        messages_.emplace_back(message);
    }
    void estimate(std::uint64_t /*bytes*/) override {}
    void leftover(std::string_view token) override {
        const std::lock_guard lock(mutex_);
        leftovers_.emplace(token);
    }
    void leftoverGone(std::string_view token) override {
        const std::lock_guard lock(mutex_);
        leftovers_.erase(std::string(token));
    }
    const std::filesystem::path& scratch() const noexcept override { return scratch_; }
    const std::string& toolPath() const noexcept override { return tool_path_; }
    void mask(const sdk::SecretString& /*secret*/) override {}

    std::vector<std::string> messages() const {
        const std::lock_guard lock(mutex_);
        return messages_;
    }
    std::set<std::string> leftovers() const {
        const std::lock_guard lock(mutex_);
        return leftovers_;
    }

    std::stop_source source;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> messages_;
    std::set<std::string> leftovers_;
    std::filesystem::path scratch_;
    std::string tool_path_;
};

class CountingObserver final : public pipeline::Observer {
public:
    void produced(std::size_t bytes) override { produced_bytes += bytes; }
    void handedOn(std::uint64_t bytes) override { handed_on_bytes += bytes; }
    void uploaded(std::size_t bytes) override { uploaded_bytes += bytes; }
    void lost(const Error& /*error*/) override { ++losses; }

    std::atomic<std::uint64_t> produced_bytes = 0;
    std::atomic<std::uint64_t> handed_on_bytes = 0;
    std::atomic<std::uint64_t> uploaded_bytes = 0;
    std::atomic<int> losses = 0;
};

/// Keeps objects in memory, and fails where it is told to. [thread-safe]
class MemoryTarget final : public sdk::StorageTarget {
public:
    /// Called before each step ("create", "write", "commit", "open", "read", "remove"); may throw.
    using Hook = std::function<void(std::string_view step, const std::string& name)>;
    explicit MemoryTarget(Hook hook = {}) : hook_(std::move(hook)) {}

    sdk::TargetLimits limits() const override { return {}; }
    std::string test(sdk::RunContext& /*run*/) override { return "It is in memory"; }
    std::unique_ptr<sdk::ObjectWriter> create(const sdk::ObjectSpec& spec, sdk::RunContext& run) override;
    std::unique_ptr<sdk::ObjectReader> open(const std::string& name,
                                            sdk::ByteRange range,
                                            sdk::RunContext& run) override;
    std::optional<sdk::ObjectInfo> stat(const std::string& name, sdk::RunContext& /*run*/) override {
        const std::lock_guard lock(mutex_);
        const auto found = objects_.find(name);
        if (found == objects_.end()) return std::nullopt;
        const std::string& prefix = checksum_prefix;
        const std::string checksum = prefix.empty() ? prefix : prefix + sha256Hex(found->second);
        return sdk::ObjectInfo{name, found->second.size(), {}, checksum};
    }
    void list(const std::string& prefix,
              const sdk::ListCallback& callback,
              sdk::RunContext& /*run*/) override {
        for (const auto& [name, content] : objects()) {
            if (name.starts_with(prefix) && !callback({name, content.size(), {}, {}})) return;
        }
    }
    bool remove(const std::string& name, sdk::RunContext& /*run*/) override {
        step("remove", name);
        const std::lock_guard lock(mutex_);
        return objects_.erase(name) > 0;
    }
    void cleanup(const std::string& token, sdk::RunContext& /*run*/) override {
        step("cleanup", token);
        const std::lock_guard lock(mutex_);
        cleaned_.push_back(token);
    }

    void* extension(std::string_view id) noexcept override {
        const auto found = extensions.find(id);
        return found == extensions.end() ? nullptr : found->second;
    }
    /// By id; filled before the target is used.
    std::map<std::string, void*, std::less<>> extensions;

    void step(std::string_view what, const std::string& name) {
        if (hook_) hook_(what, name);
    }
    std::map<std::string, std::string> objects() const {
        const std::lock_guard lock(mutex_);
        return objects_;
    }
    void put(const std::string& name, std::string content) {
        const std::lock_guard lock(mutex_);
        objects_[name] = std::move(content);
    }
    std::vector<std::string> cleaned() const {
        const std::lock_guard lock(mutex_);
        return cleaned_;
    }
    std::atomic<int> open_writers = 0;
    /// "sha256:" lets stat() tell a checksum; set before use.
    std::string checksum_prefix;
    /// Added to the size that commit() reports.
    std::atomic<std::uint64_t> lie_bytes = 0;

private:
    class Writer;
    class Reader;

    Hook hook_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> objects_;
    std::vector<std::string> cleaned_;
};

class MemoryTarget::Writer final : public sdk::ObjectWriter {
public:
    Writer(MemoryTarget& target, std::string name) : target_(target), name_(std::move(name)) {
        ++target_.open_writers;
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() override { abort(); }
    void write(std::span<const std::byte> bytes) override {
        target_.step("write", name_);
        content_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    sdk::ObjectInfo commit() override {
        target_.step("commit", name_);
        const std::uint64_t size = content_.size() + target_.lie_bytes;
        target_.put(name_, std::move(content_));
        abort();
        return {name_, size, {}, {}};
    }
    void abort() noexcept override {
        if (!std::exchange(closed_, true)) --target_.open_writers;
    }

private:
    MemoryTarget& target_;
    const std::string name_;
    std::string content_;
    bool closed_ = false;
};

class MemoryTarget::Reader final : public sdk::ObjectReader {
public:
    Reader(MemoryTarget& target, std::string name, std::string content)
        : target_(target), name_(std::move(name)), content_(std::move(content)) {}
    std::size_t read(std::span<std::byte> into) override {
        target_.step("read", name_);
        const std::size_t size = std::min(into.size(), content_.size() - offset_);
        std::copy_n(reinterpret_cast<const std::byte*>(content_.data()) + offset_, size, into.data());
        offset_ += size;
        return size;
    }

private:
    MemoryTarget& target_;
    const std::string name_;
    const std::string content_;
    std::size_t offset_ = 0;
};

inline std::unique_ptr<sdk::ObjectWriter> MemoryTarget::create(const sdk::ObjectSpec& spec,
                                                               sdk::RunContext& /*run*/) {
    step("create", spec.name);
    const std::lock_guard lock(mutex_);
    if (spec.if_exists != sdk::IfExists::Replace && objects_.contains(spec.name))
        throw Error(ErrorKind::AlreadyExists, spec.name + " exists");
    return std::make_unique<Writer>(*this, spec.name);
}

inline std::unique_ptr<sdk::ObjectReader> MemoryTarget::open(const std::string& name,
                                                             sdk::ByteRange /*range*/,
                                                             sdk::RunContext& /*run*/) {
    step("open", name);
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(name);
    if (found == objects_.end()) throw Error(ErrorKind::NotFound, name + " does not exist");
    return std::make_unique<Reader>(*this, name, found->second);
}

/// Breaks as a connection does, at the n-th call of a step and so many times from there on.
inline MemoryTarget::Hook breakAt(const std::string& step,
                                  int at,
                                  int times = 1,
                                  const std::string& part = {}) {
    const auto calls = std::make_shared<std::atomic<int>>(0);
    return [=](std::string_view what, const std::string& name) {
        if (what != step || name.find(part) == std::string::npos) return;
        const int call = ++*calls;
        if (call >= at && call < at + times)
            throw Error(ErrorKind::Unavailable, "connection lost").canRetry();
    };
}

/// The bytes of a text, in pieces of at most `piece` bytes.
class TextSource final : public sdk::ByteSource {
public:
    explicit TextSource(std::string text, std::size_t piece = 1000) : text_(std::move(text)), piece_(piece) {}
    std::size_t read(std::span<std::byte> into) override {
        const std::size_t size = std::min({into.size(), piece_, text_.size() - offset_});
        std::copy_n(reinterpret_cast<const std::byte*>(text_.data()) + offset_, size, into.data());
        offset_ += size;
        return size;
    }

private:
    const std::string text_;
    const std::size_t piece_;
    std::size_t offset_ = 0;
};

/// All that a source gives.
inline std::string drain(sdk::ByteSource& source, std::size_t buffer_bytes = 4096) {
    std::string text;
    std::vector<std::byte> buffer(buffer_bytes);
    while (const std::size_t got = source.read(buffer))
        text.append(reinterpret_cast<const char*>(buffer.data()), got);
    return text;
}

/// Repeatable bytes that compress somewhat.
inline std::string sampleText(std::size_t bytes, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::string text(bytes, '\0');
    for (char& c : text)
        c = static_cast<char>('a' + random() % 13);
    return text;
}

}  // namespace dbackup::test
