#include "broken_target.h"

#include <fstream>

#include <dbackup/sdk/error.h>

using dbackup::sdk::ByteRange;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::IfExists;
using dbackup::sdk::ListCallback;
using dbackup::sdk::ObjectInfo;
using dbackup::sdk::ObjectReader;
using dbackup::sdk::ObjectSpec;
using dbackup::sdk::ObjectWriter;
using dbackup::sdk::RunContext;
using dbackup::sdk::Settings;

namespace {

/// Writes where the object will be, without a temporary name.
class VisibleWriter final : public ObjectWriter {
public:
    VisibleWriter(const std::filesystem::path& file, ObjectSpec spec) : spec_(std::move(spec)) {
        std::filesystem::create_directories(file.parent_path());
        file_.open(file, std::ios::binary);
    }
    void write(std::span<const std::byte> bytes) override {
        file_.write(static_cast<const char*>(static_cast<const void*>(bytes.data())),
                    static_cast<std::streamsize>(bytes.size()));
        file_.flush();
        size_ += bytes.size();
    }
    ObjectInfo commit() override { return {spec_.name, size_, std::chrono::system_clock::now(), ""}; }
    void abort() noexcept override {}

private:
    ObjectSpec spec_;
    std::ofstream file_;
    std::uint64_t size_ = 0;
};

/// Commits when it is destroyed.
class EagerWriter final : public ObjectWriter {
public:
    explicit EagerWriter(std::unique_ptr<ObjectWriter> sound) : sound_(std::move(sound)) {}
    ~EagerWriter() override {
        if (!ended_) sound_->commit();
    }
    void write(std::span<const std::byte> bytes) override { sound_->write(bytes); }
    ObjectInfo commit() override {
        ended_ = true;
        return sound_->commit();
    }
    void abort() noexcept override {
        ended_ = true;
        sound_->abort();
    }

private:
    std::unique_ptr<ObjectWriter> sound_;
    bool ended_ = false;
};

}  // namespace

BrokenTarget::BrokenTarget(const Settings& settings)
    : folder_(settings.text("folder")), fault_(settings.text("fault")), sound_(settings) {}

std::unique_ptr<ObjectWriter> BrokenTarget::create(const ObjectSpec& spec, RunContext& run) {
    ObjectSpec taken = spec;
    if (does("takes any size")) taken.size_bytes.reset();
    if (does("replaces untold")) taken.if_exists = IfExists::Replace;
    if (does("visible before commit")) return std::make_unique<VisibleWriter>(folder_ / spec.name, spec);
    auto writer = sound_.create(taken, run);
    if (does("commits at the end of scope")) return std::make_unique<EagerWriter>(std::move(writer));
    return writer;
}

std::unique_ptr<ObjectReader> BrokenTarget::open(const std::string& name, ByteRange range, RunContext& run) {
    if (does("one byte off") && range.offset > 0) --range.offset;
    return sound_.open(name, range, run);
}

std::optional<ObjectInfo> BrokenTarget::stat(const std::string& name, RunContext& run) {
    auto info = sound_.stat(name, run);
    if (does("wrong size") && info) ++info->size_bytes;
    return info;
}

void BrokenTarget::list(const std::string& prefix, const ListCallback& callback, RunContext& run) {
    std::size_t count = 0;
    sound_.list(
        prefix,
        [&](const ObjectInfo& info) {
            return does("lists a page only") && ++count > 100 ? false : callback(info);
        },
        run);
}

bool BrokenTarget::remove(const std::string& name, RunContext& run) {
    return sound_.remove(name, run) || does("removed nothing");
}

void BrokenTarget::cleanup(const std::string& token, RunContext& run) {
    if (does("fails to clean up")) throw Error(ErrorKind::Unsupported, "cannot clean up " + token);
    sound_.cleanup(token, run);
}
