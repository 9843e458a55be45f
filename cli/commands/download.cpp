#include <filesystem>
#include <fstream>
#include <iostream>
#include <ostream>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "cli/stored_backup.h"
#include "cli/text.h"
#include "cli/units.h"

namespace dbackup::cli {

namespace fs = std::filesystem;

namespace {

struct DownloadOptions {
    BackupChoice choice;
    std::string file;
    bool decrypt = false;
    bool force = false;
};

/// Shows how far it is, where somebody looks.
class DownloadProgress {
public:
    DownloadProgress(Session& session, std::string name)
        : is_shown_(session.errTerminal().isTerminal()), display_(session.err(), session.errTerminal()) {
        progress_.name = std::move(name);
        progress_.stage = "Downloading";
    }
    void note(std::int64_t bytes, std::int64_t total) {
        const auto now = std::chrono::steady_clock::now();
        if (!is_shown_ || now - shown_ < std::chrono::milliseconds(200)) return;
        shown_ = now;
        const double seconds = std::chrono::duration<double>(now - started_).count();
        progress_.bytes = bytes;
        progress_.percent = total > 0 ? static_cast<int>(bytes * 100 / total) : 0;
        if (seconds > 0.5) progress_.bytes_per_second = static_cast<double>(bytes) / seconds;
        display_.show(progress_, now);
    }
    void end() { display_.clear(); }

private:
    bool is_shown_;
    Progress progress_;
    ProgressDisplay display_;
    SteadyTime started_ = std::chrono::steady_clock::now();
    SteadyTime shown_{};
};

/// A file that appears under its name only when all of it is there, for its owner alone.
class NewFile {
public:
    explicit NewFile(const fs::path& folder)
        : path_(folder / (".dbackup-download-" + std::to_string(getpid()))) {
        const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
            throw Failure(ExitCode::Local, "cannot write to " + (folder.empty() ? "." : folder.string()));
        close(fd);
        out_.open(path_, std::ios::binary);
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile() {
        std::error_code ignored;
        if (!is_kept_) fs::remove(path_, ignored);
    }
    std::ostream& stream() { return out_; }
    void keepAs(const fs::path& name) {
        out_.close();
        std::error_code fault;
        if (out_.fail())
            throw Failure(ExitCode::Local, "cannot write " + name.string() + "; is the disk full?");
        fs::rename(path_, name, fault);
        if (fault) throw Failure(ExitCode::Local, "cannot write " + name.string() + ": " + fault.message());
        is_kept_ = true;
    }

private:
    fs::path path_;
    std::ofstream out_;
    bool is_kept_ = false;
};

void requireFree(const fs::path& file, bool force) {
    std::error_code fault;
    if (!force && fs::exists(file, fault)) {
        throw Failure(ExitCode::Local, file.string() + " is there already", "use --force to replace it");
    }
}

ExitCode download(Session& session, const DownloadOptions& options) {
    const bool is_folder = fs::is_directory(options.file);
    const bool has_name = !options.file.empty() && options.file != "-" && !is_folder;
    if (has_name) requireFree(options.file, options.force);
    const StoredBackup backup = storedBackup(session, options.choice);
    const std::string path = textAt(*backup.file, "path");
    const std::string request = "/storage/" + encoded(backup.destination_id) +
                                "/download?file=" + encoded(path) + (options.decrypt ? "&decrypt=true" : "");
    DownloadProgress progress(session, textAt(*backup.file, "name"));
    const auto note = [&](std::int64_t bytes, std::int64_t total) { progress.note(bytes, total); };
    if (options.file == "-") {
        session.rest().download(request, std::cout, note);
        progress.end();
        std::cout.flush();
        return std::cout ? ExitCode::Success : ExitCode::Local;
    }
    const fs::path folder = is_folder ? fs::path(options.file) : fs::path(options.file).parent_path();
    NewFile file(folder);
    const std::string name = session.rest().download(request, file.stream(), note);
    progress.end();
    const fs::path target =
        has_name ? fs::path(options.file) : folder / (name.empty() ? textAt(*backup.file, "name") : name);
    requireFree(target, options.force);
    file.keepAs(target);
    JsonObject::Ptr result = newObject();
    result->set("file", target.string());
    result->set("size", static_cast<Poco::UInt64>(fs::file_size(target)));
    session.output().show(result,
                          printable(target.string()) + ", " +
                              bytesText(static_cast<std::int64_t>(fs::file_size(target))) + '\n');
    return ExitCode::Success;
}

}  // namespace

void addDownloadCommand(CLI::App& app, Session& session) {
    const auto options = std::make_shared<DownloadOptions>();
    CLI::App* command = app.add_subcommand("download", "Copy a backup from a destination to here");
    addBackupChoice(*command, options->choice);
    command->add_option(
        "-O,--output-file", options->file, "File or folder to write to; \"-\" for standard output");
    command->add_flag("--decrypt", options->decrypt, "Have the server decrypt it");
    command->add_flag("--force", options->force, "Replace a file that is there");
    command->callback([&session, options] {
        session.action = [&session, options] { return download(session, *options); };
    });
}

}  // namespace dbackup::cli
