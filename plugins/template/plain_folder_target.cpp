#include "plain_folder_target.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/unique_fd.h>

namespace fs = std::filesystem;
using dbackup::sdk::ByteRange;
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
using dbackup::sdk::systemError;
using dbackup::sdk::TargetLimits;
using dbackup::sdk::UniqueFd;

namespace {

constexpr const char* temporary_suffix = ".unfinished";

void syncFolder(const fs::path& folder) {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) throw systemError("cannot make sure of " + folder.string(), errno);
}

ObjectInfo infoOf(const std::string& name, const fs::path& file) {
    const auto modified = std::chrono::file_clock::to_sys(fs::last_write_time(file));
    return {name,
            fs::file_size(file),
            std::chrono::time_point_cast<std::chrono::system_clock::duration>(modified),
            ""};
}

/// Writes beside the place under a temporary name; commit() gives it its own.
class FileWriter final : public ObjectWriter {
public:
    FileWriter(fs::path file, ObjectSpec spec, RunContext& run)
        : file_(std::move(file)), spec_(std::move(spec)), run_(run) {
        static std::atomic<unsigned> number{0};
        temporary_ = file_.string() + "." + std::to_string(::getpid()) + "-" + std::to_string(++number) +
                     temporary_suffix;
        run_.leftover(temporary_.string());  // before it exists
        fs::create_directories(file_.parent_path());
        fd_.reset(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!fd_) throw systemError("cannot make " + temporary_.string(), errno);
    }

    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;
    ~FileWriter() override { abort(); }

    void write(std::span<const std::byte> bytes) override {
        run_.throwIfStopped();
        while (!bytes.empty()) {
            const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw systemError("cannot write " + file_.string(), errno);
            written_ += static_cast<std::uint64_t>(count);
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }

    ObjectInfo commit() override {
        run_.throwIfStopped();
        if (spec_.size_bytes && *spec_.size_bytes != written_) {
            throw Error(ErrorKind::Integrity, file_.string() + " got another size than was announced");
        }
        if (::fsync(fd_.get()) != 0) throw systemError("cannot write " + file_.string(), errno);
        const unsigned flags = spec_.if_exists == IfExists::Fail ? RENAME_NOREPLACE : 0;
        if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, file_.c_str(), flags) != 0) {
            throw systemError("cannot make " + file_.string(), errno);
        }
        fd_.reset();
        run_.leftoverGone(temporary_.string());
        syncFolder(file_.parent_path());
        return infoOf(spec_.name, file_);
    }

    void abort() noexcept override {
        if (!fd_) return;
        fd_.reset();
        if (::unlink(temporary_.c_str()) == 0) {
            run_.leftoverGone(temporary_.string());
        } else {
            run_.log(LogLevel::Warning, "Could not remove " + temporary_.string());
        }
    }

private:
    fs::path file_;
    fs::path temporary_;
    ObjectSpec spec_;
    RunContext& run_;
    UniqueFd fd_;  // open until commit() or abort()
    std::uint64_t written_ = 0;
};

class FileReader final : public ObjectReader {
public:
    FileReader(const fs::path& file, ByteRange range, RunContext& run)
        : file_(file), run_(run), fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)), at_(range.offset) {
        if (!fd_) throw systemError("cannot open " + file_.string(), errno);
        left_ = range.length.value_or(fs::file_size(file));
    }

    std::size_t read(std::span<std::byte> into) override {
        run_.throwIfStopped();
        const std::size_t wanted = std::min<std::uint64_t>(into.size(), left_);
        const ssize_t count = ::pread(fd_.get(), into.data(), wanted, static_cast<off_t>(at_));
        if (count < 0) throw systemError("cannot read " + file_.string(), errno);
        at_ += static_cast<std::uint64_t>(count);
        left_ -= static_cast<std::uint64_t>(count);
        return static_cast<std::size_t>(count);
    }

private:
    fs::path file_;
    RunContext& run_;
    UniqueFd fd_;
    std::uint64_t at_;
    std::uint64_t left_ = 0;
};

}  // namespace

PlainFolderTarget::PlainFolderTarget(const Settings& settings) : folder_(settings.text("folder")) {}

TargetLimits PlainFolderTarget::limits() const {
    return {};
}

std::string PlainFolderTarget::test(RunContext& run) {
    create({"dbackup-test", 0, IfExists::Replace}, run)->commit();
    remove("dbackup-test", run);
    return "A file was written and removed in " + folder_.string();
}

std::unique_ptr<ObjectWriter> PlainFolderTarget::create(const ObjectSpec& spec, RunContext& run) {
    if (spec.if_exists == IfExists::Fail && fs::exists(fileOf(spec.name))) {
        throw Error(ErrorKind::AlreadyExists, fileOf(spec.name).string() + " exists already");
    }
    return std::make_unique<FileWriter>(fileOf(spec.name), spec, run);
}

std::unique_ptr<ObjectReader> PlainFolderTarget::open(const std::string& name,
                                                      ByteRange range,
                                                      RunContext& run) {
    return std::make_unique<FileReader>(fileOf(name), range, run);
}

std::optional<ObjectInfo> PlainFolderTarget::stat(const std::string& name, RunContext& /*run*/) {
    const fs::path file = fileOf(name);
    if (!fs::is_regular_file(file)) return std::nullopt;
    return infoOf(name, file);
}

void PlainFolderTarget::list(const std::string& prefix, const ListCallback& callback, RunContext& run) {
    if (!fs::exists(folder_)) return;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
        run.throwIfStopped();
        const std::string name = entry.path().lexically_relative(folder_).string();
        if (!entry.is_regular_file() || !name.starts_with(prefix) || name.ends_with(temporary_suffix))
            continue;
        if (!callback(infoOf(name, entry.path()))) return;
    }
}

bool PlainFolderTarget::remove(const std::string& name, RunContext& /*run*/) {
    return fs::remove(fileOf(name));
}

void PlainFolderTarget::cleanup(const std::string& token, RunContext& /*run*/) {
    if (token.ends_with(temporary_suffix)) fs::remove(token);
}

fs::path PlainFolderTarget::fileOf(const std::string& name) const {
    return folder_ / name;
}
