#include "broken_target.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <sys/resource.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

#include "broken_writers.h"

using dbackup::sdk::BatchRemove;
using dbackup::sdk::ByteRange;
using dbackup::sdk::Command;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::IfExists;
using dbackup::sdk::ListCallback;
using dbackup::sdk::LogLevel;
using dbackup::sdk::ObjectInfo;
using dbackup::sdk::ObjectReader;
using dbackup::sdk::ObjectSpec;
using dbackup::sdk::ObjectWriter;
using dbackup::sdk::RunContext;
using dbackup::sdk::Settings;
using dbackup::sdk::Subprocess;

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

/// A tool of which everybody sees the arguments.
void runTool(const std::string& secret, RunContext& run) {
    Subprocess child(Command("/bin/sh").args({"-c", "sleep 0.3", secret}), run);
    child.waitOk();
}

void allowCoreFiles() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) != 0) throw dbackup::sdk::systemError("getrlimit", errno);
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_CORE, &limit) != 0) throw dbackup::sdk::systemError("setrlimit", errno);
}

}  // namespace

BrokenTarget::BrokenTarget(const Settings& settings)
    : folder_(settings.text("folder")),
      fault_(settings.text("fault")),
      password_(settings.text("password")),
      identity_(settings.text("identity")),
      any_identity_(settings.flag("acceptAnyIdentity")),
      room_(static_cast<std::uint64_t>(settings.integer("room"))),
      sound_(settings) {}

void BrokenTarget::connect(RunContext& run) {
    if (password_ != "open-sesame" && !does("takes any password"))
        throw Error(ErrorKind::Authentication, "the password is wrong");
    if (identity_ != "genuine" && !does("takes any server")) {
        if (!any_identity_) throw Error(ErrorKind::Authentication, "it is another server");
        if (!does("says nothing of a stranger")) run.log(LogLevel::Warning, "Any server is taken");
    }
    if (std::getenv("DBACKUP_CHECK_SKEW") && does("trips over the clock"))
        throw Error(ErrorKind::Unavailable, "the server answers 403");
}

std::string BrokenTarget::test(RunContext& run) {
    connect(run);
    if (does("open descriptor")) (void)::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (does("allows core files")) allowCoreFiles();
    return sound_.test(run);
}

std::unique_ptr<ObjectWriter> BrokenTarget::create(const ObjectSpec& spec, RunContext& run) {
    connect(run);
    if (does("secret in arguments")) runTool(password_, run);
    ObjectSpec taken = spec;
    if (does("takes any size")) taken.size_bytes.reset();
    if (does("replaces untold")) taken.if_exists = IfExists::Replace;
    if (does("takes a plus for a space")) std::replace(taken.name.begin(), taken.name.end(), '+', ' ');
    if (does("cuts quotes")) std::erase(taken.name, '"');
    if (does("visible before commit")) return std::make_unique<VisibleWriter>(folder_ / spec.name, spec);
    if (does("takes a name in two steps") && spec.if_exists == IfExists::Fail) {
        taken.if_exists = IfExists::Replace;
        return twoStepWriter(sound_.create(taken, run),
                             [this, name = spec.name, &run] { return sound_.stat(name, run).has_value(); });
    }
    auto writer = brokenWriter(fault_, sound_.create(taken, run), run);
    if (room_ == 0) return writer;
    return limitedWriter(
        std::move(writer), room_, does("full is lost") ? ErrorKind::Unavailable : ErrorKind::NoSpace);
}

std::unique_ptr<ObjectReader> BrokenTarget::open(const std::string& name, ByteRange range, RunContext& run) {
    if (does("one byte off") && range.offset > 0) --range.offset;
    const auto info = sound_.stat(name, run);
    if (does("fails at the end") && info && info->size_bytes > 0 && range.offset >= info->size_bytes)
        throw Error(ErrorKind::Unavailable, "the server answers 416");
    return brokenReader(fault_, sound_.open(name, range, run));
}

std::optional<ObjectInfo> BrokenTarget::stat(const std::string& name, RunContext& run) {
    auto info = sound_.stat(name, run);
    if (does("wrong size") && info) ++info->size_bytes;
    return info;
}

void BrokenTarget::list(const std::string& prefix, const ListCallback& callback, RunContext& run) {
    std::size_t count = 0;
    sound_.list(
        does("lists folders only") ? prefix.substr(0, prefix.rfind('/') + 1) : prefix,
        [&](const ObjectInfo& info) {
            if (does("lists no folders") && prefix.empty()) return true;
            if (does("lists no empty ones") && info.size_bytes == 0) return true;
            return does("lists a page only") && ++count > 100 ? false : callback(info);
        },
        run);
}

void BrokenTarget::removeAll(std::span<const std::string> names, RunContext& run) {
    for (const std::string& name : names) {
        remove(name, run);
        if (does("removes one of many")) return;
    }
}

void* BrokenTarget::extension(std::string_view wanted) noexcept {
    return wanted == BatchRemove::id ? static_cast<BatchRemove*>(this) : nullptr;
}

bool BrokenTarget::remove(const std::string& name, RunContext& run) {
    return sound_.remove(name, run) || does("removed nothing");
}

void BrokenTarget::cleanup(const std::string& token, RunContext& run) {
    if (does("fails to clean up")) throw Error(ErrorKind::Unsupported, "cannot clean up " + token);
    sound_.cleanup(token, run);
}
