#include <filesystem>
#include <fstream>

#include <dbackup/sdk/plugin.h>
#include <dbackup/sdk/subprocess.h>

#include "settings_schema.h"

namespace {

namespace fs = std::filesystem;
using namespace dbackup::sdk;

struct RemovedAtEnd {
    fs::path path;
    ~RemovedAtEnd() {
        std::error_code not_there;  // it was renamed: all went well
        fs::remove(path, not_there);
    }
};

class FolderEngine final : public DatabaseEngine {
public:
    explicit FolderEngine(const Settings& settings) : folder_(settings.text("folder")) {}

    ServerInfo test(RunContext& run) override {
        return {"1.0", "", std::to_string(databases(run).size()) + " files"};
    }

    std::vector<DatabaseInfo> databases(RunContext& /*run*/) override {
        std::error_code error;
        std::vector<DatabaseInfo> found;
        for (const auto& entry : fs::directory_iterator(folder_, error)) {
            if (entry.is_regular_file()) found.push_back({entry.path().filename(), entry.file_size()});
        }
        if (error) throw systemError("cannot read " + folder_.string(), error.value());
        return found;
    }

    void dump(const DumpRequest& request, DumpOutput& output, RunContext& run) override {
        const auto tool = findTool("cat", run);
        if (!tool) throw Error(ErrorKind::ToolMissing, "cat is not installed", "Install coreutils");
        Subprocess child(Command(*tool).args({"--", fileOf(request.database)}), run);
        const auto sink = output.object({request.database, "bin", request.contents, "{}"});
        for (;;) {
            const std::size_t count = child.read(sink->acquire());
            if (count == 0) break;
            sink->produced(count);
        }
        child.waitOk();  // throws unless the exit status is 0 ...
        sink->finish();  // ... so only then is the dump complete
    }

    void checkRestore(const RestoreRequest& request, RunContext& /*run*/) override {
        if (fs::exists(fileOf(request.database)) && !request.overwrite) {
            throw Error(ErrorKind::AlreadyExists, "there is a file " + request.database + " already");
        }
    }

    void restore(const RestoreRequest& request, ByteSource& source, RunContext& /*run*/) override {
        const RemovedAtEnd temporary{fileOf(request.database + ".restoring")};
        std::ofstream file(temporary.path, std::ios::binary);
        std::vector<char> buffer(1U << 20);
        while (const std::size_t count = source.read(std::as_writable_bytes(std::span(buffer)))) {
            file.write(buffer.data(), static_cast<std::streamsize>(count));
        }
        file.close();
        if (!file) throw Error(ErrorKind::NoSpace, "cannot write " + temporary.path.string());
        fs::rename(temporary.path, fileOf(request.database));
    }

private:
    // Names come from people: none may lead out of the folder.
    fs::path fileOf(const std::string& database) const {
        if (database.empty() || database.front() == '.' || database.find('/') != std::string::npos) {
            throw Error(ErrorKind::NotFound, "there is no file '" + database + "'");
        }
        return folder_ / database;
    }

    fs::path folder_;
};

constexpr auto folder = component<FolderEngine>(
    "folder", "Folder of files", settings_schema, R"({"formats":["bin"],"restore":true})");
constexpr const dbackup_component* components[] = {&folder, nullptr};

}  // namespace

DBACKUP_PLUGIN_BY("folder", "1.0.0", "Example Ltd", "MIT", "https://example.com/folder", components)
