#include "parallel_restore.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <dbackup/sdk/error.h>

#include "concurrent.h"
#include "parallel_dump.h"
#include "restore.h"
#include "restore_tool.h"

namespace dbackup::postgres {

using sdk::Error;
using sdk::ErrorKind;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

/// The archive of the definitions, in a file of the run: read before the data and after it.
class Definitions {
public:
    Definitions(sdk::ByteSource& source, const sdk::RunContext& run)
        : file_(run.scratch() / "definitions.dump") {
        std::ofstream out(file_, std::ios::binary | std::ios::trunc);
        std::vector<char> buffer(buffer_bytes);
        while (const std::size_t got = source.read(std::as_writable_bytes(std::span(buffer)))) {
            out.write(buffer.data(), static_cast<std::streamsize>(got));
        }
        out.close();
        if (!out) throw sdk::systemError("cannot write " + file_.string(), errno);
    }
    Definitions(const Definitions&) = delete;
    Definitions& operator=(const Definitions&) = delete;
    ~Definitions() {
        std::error_code left;  // it goes with the run's folder
        fs::remove(file_, left);
    }
    std::string path() const { return file_.string(); }

private:
    fs::path file_;
};

/// @throws Error Unsupported unless the first object has the definitions and all others have data
void requireParts(const std::vector<sdk::DumpObject>& objects) {
    bool sound = !objects.empty() && objects.front().contents == "database" &&
                 DatabaseProperties::fromJson(objects.front().metadata).data_apart;
    for (std::size_t i = 1; i < objects.size(); ++i) {
        sound = sound && objects[i].contents == data_contents && objects[i].format == "dump";
    }
    if (!sound) {
        throw Error(ErrorKind::Unsupported,
                    "the backup has objects of this database that are not parts of one dump",
                    "Restore them by hand, as docs/engines/postgres.md says");
    }
}

void runTool(const sdk::Command& command, sdk::RunContext& run) {
    sdk::Subprocess tool(command, run);
    tool.waitOk();
}

}  // namespace

void restoreInParallel(const ServerSettings& server,
                       const sdk::RestoreRequest& request,
                       sdk::DumpInput& input,
                       sdk::RunContext& run) {
    requireParts(input.objects());
    const std::size_t parts = input.objects().size();
    const Definitions definitions(*input.open(0), run);
    restoreNew(server, request, run, [&](const sdk::Command& command, bool is_partial) {
        sdk::Command before = command;
        before.arg("--section=pre-data").arg(definitions.path());
        runTool(before, run);
        std::vector<std::function<void(sdk::RunContext&)>> tasks;
        for (std::size_t part = 1; part < parts; ++part) {
            tasks.emplace_back(
                [&, part](sdk::RunContext& shared) { feed(command, *input.open(part), shared, is_partial); });
        }
        concurrently(server.parallel, tasks, run);
        sdk::Command after = command;
        after.args({"--section=post-data", "--jobs=" + std::to_string(server.parallel), definitions.path()});
        runTool(after, run);
    });
}

}  // namespace dbackup::postgres
