#include "ftp_target.h"

#include <dbackup/sdk/object_names.h>
#include <dbackup/sdk/probe.h>

#include "file_reader.h"
#include "file_writer.h"

namespace dbackup::ftp {

using sdk::Error;
using sdk::ErrorKind;

std::string FtpTarget::test(sdk::RunContext& run) {
    server_.warn(run);
    sdk::probe(*this, run);
    return "A file was written, read and removed in " + server_.textOf(server_.root(run));
}

std::unique_ptr<sdk::ObjectWriter> FtpTarget::create(const sdk::ObjectSpec& spec, sdk::RunContext& run) {
    run.throwIfStopped();
    server_.warn(run);
    return std::make_unique<FileWriter>(server_, names_, spec, run);
}

std::unique_ptr<sdk::ObjectReader> FtpTarget::open(const std::string& name,
                                                   sdk::ByteRange range,
                                                   sdk::RunContext& run) {
    run.throwIfStopped();
    return std::make_unique<FileReader>(server_, server_.pathOf(name, run), range, run);
}

std::optional<sdk::ObjectInfo> FtpTarget::stat(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    const auto found = server_.find(server_.pathOf(name, run), run);
    if (!found) return std::nullopt;
    return sdk::ObjectInfo{name, found->size_bytes, found->modified, ""};
}

void FtpTarget::list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) {
    const std::size_t slash = prefix.rfind('/');
    listFolder(slash == std::string::npos ? "" : prefix.substr(0, slash), prefix, callback, run);
}

bool FtpTarget::listFolder(const std::string& folder,
                           const std::string& prefix,
                           const sdk::ListCallback& callback,
                           sdk::RunContext& run) {
    run.throwIfStopped();
    const std::string path = folder.empty() ? server_.root(run) : server_.pathOf(folder, run);
    const auto entries = server_.list(path.empty() ? "/" : path, run);
    if (!entries) return true;
    for (const Entry& entry : *entries) {
        const std::string name = folder.empty() ? entry.name : folder + "/" + entry.name;
        if (sdk::isTemporaryName(entry.name)) continue;
        if (entry.is_folder) {
            const bool leads = (name + "/").starts_with(prefix) || prefix.starts_with(name + "/");
            if (leads && !listFolder(name, prefix, callback, run)) return false;
        } else if (name.starts_with(prefix) && !callback({name, entry.size_bytes, entry.modified, ""})) {
            return false;
        }
    }
    return true;
}

bool FtpTarget::remove(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    const std::string path = server_.pathOf(name, run);
    if (!server_.remove(path, run)) return false;
    server_.prune(path.substr(0, path.rfind('/')), run);
    return true;
}

void FtpTarget::cleanup(const std::string& token, sdk::RunContext& run) {
    run.throwIfStopped();
    const std::size_t slash = token.rfind('/');
    const bool ours = slash != std::string::npos && token.starts_with(server_.root(run) + "/") &&
                      sdk::isTemporaryName(token.substr(slash + 1));
    if (!ours) throw Error(ErrorKind::Settings, "\"" + token + "\" is no leftover of this FTP folder");
    server_.remove(token, run);
    server_.prune(token.substr(0, slash), run);
}

}  // namespace dbackup::ftp
