#include "webdav_target.h"

#include <array>
#include <cstdio>

#include <dbackup/sdk/object_names.h>
#include <dbackup/sdk/probe.h>

#include "download.h"
#include "uploads.h"

namespace dbackup::webdav {

using sdk::Error;
using sdk::ErrorKind;

namespace {

std::string freeSpace(const Server& server, const sdk::RunContext& run) {
    const auto found = server.find(server.root(), "0", run);
    if (!found || found->empty() || !found->front().free_bytes) return {};
    std::array<char, 64> text{};
    const double gigabytes = static_cast<double>(*found->front().free_bytes) / 1e9;
    const int length = std::snprintf(text.data(), text.size(), "; %.1f GB are free there", gigabytes);
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::string WebDavTarget::test(sdk::RunContext& run) {
    server_.warn(run);
    sdk::probe(*this, run);
    return "A file was written, read and removed in " + server_.textOf(server_.root()) +
           freeSpace(server_, run);
}

std::unique_ptr<sdk::ObjectWriter> WebDavTarget::create(const sdk::ObjectSpec& spec, sdk::RunContext& run) {
    run.throwIfStopped();
    server_.warn(run);
    return server_.chunkFolder().empty() ? putUpload(server_, names_, spec, run)
                                         : chunkUpload(server_, names_, spec, run);
}

std::unique_ptr<sdk::ObjectReader> WebDavTarget::open(const std::string& name,
                                                      sdk::ByteRange range,
                                                      sdk::RunContext& run) {
    run.throwIfStopped();
    sdk::partsOf(name);
    return std::make_unique<Download>(server_, server_.pathOf(name), range, run);
}

std::optional<sdk::ObjectInfo> WebDavTarget::stat(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    sdk::partsOf(name);
    const auto found = server_.find(server_.pathOf(name), "0", run);
    if (!found || found->empty() || found->front().is_folder) return std::nullopt;
    return sdk::ObjectInfo{name, found->front().size_bytes, found->front().modified, ""};
}

void WebDavTarget::list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) {
    // The folder that all names with this prefix are in.
    const std::size_t slash = prefix.rfind('/');
    listFolder(slash == std::string::npos ? "" : prefix.substr(0, slash), prefix, callback, run);
}

bool WebDavTarget::listFolder(const std::string& folder,
                              const std::string& prefix,
                              const sdk::ListCallback& callback,
                              sdk::RunContext& run) const {
    if (!folder.empty()) sdk::partsOf(folder);
    const std::string path = folder.empty() ? server_.root() : server_.pathOf(folder);
    // Depth: infinity is refused by many servers, so folder by folder.
    const auto found = server_.find(path, "1", run);
    if (!found) return true;
    for (const Resource& resource : *found) {
        run.throwIfStopped();
        if (!resource.path.starts_with(path + "/")) continue;  // the folder itself
        const std::string part = resource.path.substr(path.size() + 1);
        if (part.empty()) continue;  // the same, where the root is the server's own
        const std::string name = folder.empty() ? part : folder + "/" + part;
        if (part.find('/') != std::string::npos || sdk::isTemporaryName(part)) continue;
        if (resource.is_folder) {
            const bool leads = (name + "/").starts_with(prefix) || prefix.starts_with(name + "/");
            if (leads && !listFolder(name, prefix, callback, run)) return false;
        } else if (name.starts_with(prefix) &&
                   !callback({name, resource.size_bytes, resource.modified, ""})) {
            return false;
        }
    }
    return true;
}

bool WebDavTarget::remove(const std::string& name, sdk::RunContext& run) {
    // DELETE of a folder would take all that is in it.
    if (!stat(name, run)) return false;
    return server_.remove(server_.pathOf(name), run);
}

void WebDavTarget::cleanup(const std::string& token, sdk::RunContext& run) {
    run.throwIfStopped();
    const std::size_t slash = token.rfind('/');
    const std::string last = slash == std::string::npos ? token : token.substr(slash + 1);
    const bool ours = token.starts_with(server_.root() + "/") && sdk::isTemporaryName(last);
    const bool chunks = !server_.chunkFolder().empty() && token == server_.chunkFolder() + "/" + last &&
                        last.starts_with("dbackup-");
    if (!ours && !chunks)
        throw Error(ErrorKind::Settings, "\"" + token + "\" is no leftover of this WebDAV folder");
    server_.remove(token, run);
}

}  // namespace dbackup::webdav
