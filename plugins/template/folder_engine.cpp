#include "folder_engine.h"

#include <algorithm>
#include <fstream>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/subprocess.h>

namespace fs = std::filesystem;
using dbackup::sdk::ByteSource;
using dbackup::sdk::Command;
using dbackup::sdk::DatabaseInfo;
using dbackup::sdk::DumpOutput;
using dbackup::sdk::DumpRequest;
using dbackup::sdk::Error;
using dbackup::sdk::ErrorKind;
using dbackup::sdk::findTool;
using dbackup::sdk::RestoreRequest;
using dbackup::sdk::RunContext;
using dbackup::sdk::ServerInfo;
using dbackup::sdk::Settings;
using dbackup::sdk::Subprocess;
using dbackup::sdk::systemError;

namespace {

class RemovedAtEnd {
public:
    explicit RemovedAtEnd(fs::path file) : path(std::move(file)) {}
    RemovedAtEnd(const RemovedAtEnd&) = delete;
    RemovedAtEnd& operator=(const RemovedAtEnd&) = delete;
    ~RemovedAtEnd() {
        std::error_code not_there;  // it was renamed: all went well
        fs::remove(path, not_there);
    }

    const fs::path path;
};

}  // namespace

FolderEngine::FolderEngine(const Settings& settings) : folder_(settings.text("folder")) {}

ServerInfo FolderEngine::test(RunContext& run) {
    return {"1.0", "", std::to_string(databases(run).size()) + " files"};
}

std::vector<DatabaseInfo> FolderEngine::databases(RunContext& /*run*/) {
    std::error_code error;
    std::vector<DatabaseInfo> found;
    for (const auto& entry : fs::directory_iterator(folder_, error)) {
        if (entry.is_regular_file() && entry.path().extension() != ".restoring") {
            found.push_back({entry.path().filename(), entry.file_size()});
        }
    }
    if (error) throw systemError("cannot read " + folder_.string(), error.value());
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return found;
}

void FolderEngine::dump(const DumpRequest& request, DumpOutput& output, RunContext& run) {
    const fs::path file = fileOf(request.database);
    if (!fs::exists(file)) throw Error(ErrorKind::NotFound, "there is no file '" + request.database + "'");
    const auto tool = findTool("cat", run);
    if (!tool) throw Error(ErrorKind::ToolMissing, "cat is not installed", "Install coreutils");
    Subprocess child(Command(*tool).args({"--", file}), run);
    const std::string metadata = R"({"sizeBytes":)" + std::to_string(fs::file_size(file)) + "}";
    const auto sink = output.object({request.database, "bin", request.contents, metadata});
    std::uintmax_t size = 0;
    for (;;) {
        const std::size_t count = child.read(sink->acquire());
        if (count == 0) break;
        sink->produced(count);
        size += count;
    }
    child.waitOk();  // throws unless the exit status is 0
    if (size != fs::file_size(file)) {
        throw Error(ErrorKind::ToolFailed, "cat wrote another size than that of " + file.string());
    }
    sink->finish();  // only now is the dump complete
}

void FolderEngine::checkRestore(const RestoreRequest& request, RunContext& /*run*/) {
    if (fs::exists(fileOf(request.database)) && !request.overwrite) {
        throw Error(ErrorKind::AlreadyExists,
                    "there is a file " + request.database + " already",
                    "Restore under another name, or with overwrite");
    }
}

void FolderEngine::restore(const RestoreRequest& request, ByteSource& source, RunContext& run) {
    const RemovedAtEnd temporary(fileOf(request.database + ".restoring"));
    std::ofstream file(temporary.path, std::ios::binary);
    std::vector<char> buffer(1U << 20);
    while (const std::size_t count = source.read(std::as_writable_bytes(std::span(buffer)))) {
        run.throwIfStopped();
        file.write(buffer.data(), static_cast<std::streamsize>(count));
    }
    file.close();
    if (!file) throw Error(ErrorKind::NoSpace, "cannot write " + temporary.path.string());
    const auto expected = static_cast<std::uintmax_t>(Settings(request.object.metadata).integer("sizeBytes"));
    if (fs::file_size(temporary.path) != expected) {
        throw Error(ErrorKind::Integrity, "the backup of " + request.object.database + " is not whole");
    }
    fs::rename(temporary.path, fileOf(request.database));
}

// Names come from people: none may lead out of the folder.
fs::path FolderEngine::fileOf(const std::string& database) const {
    if (database.empty() || database.front() == '.' || database.find('/') != std::string::npos) {
        throw Error(ErrorKind::NotFound, "there is no file '" + database + "'");
    }
    return folder_ / database;
}
