#include "remote_folder.h"

#include "requests.h"

namespace dbackup::sftp {

std::string RemoteFolder::pathOf(std::string_view name) const {
    if (prefix_.empty()) return name.empty() ? "." : std::string(name);
    if (name.empty()) return prefix_;
    return prefix_ + (prefix_.ends_with('/') ? "" : "/") + std::string(name);
}

std::vector<std::string> RemoteFolder::chain(const std::vector<std::string>& parts) const {
    std::vector<std::string> paths{pathOf("")};
    std::string name;
    for (const std::string& part : parts) {
        name += (name.empty() ? "" : "/") + part;
        paths.push_back(pathOf(name));
    }
    return paths;
}

std::vector<std::uint32_t> RemoteFolder::sendMake(Connection& connection,
                                                  const std::vector<std::string>& parts) const {
    std::vector<std::uint32_t> sent;
    for (std::size_t slash = prefix_.find('/', 1); slash != std::string::npos;
         slash = prefix_.find('/', slash + 1))
        sent.push_back(connection.send(requests::makeFolder(prefix_.substr(0, slash))));
    for (const std::string& path : chain(parts))
        sent.push_back(connection.send(requests::makeFolder(path)));
    return sent;
}

std::vector<std::uint32_t> RemoteFolder::sendPrune(Connection& connection,
                                                   std::vector<std::string> parts) const {
    std::vector<std::uint32_t> sent;
    for (; !parts.empty(); parts.pop_back())
        sent.push_back(connection.send(requests::removeFolder(pathOf(joined(parts)))));
    return sent;
}

void RemoteFolder::sync(Connection& connection, const std::vector<std::string>& parts) const {
    if (!connection.offers(fsync_extension)) return;
    std::vector<std::uint32_t> opened;
    for (const std::string& path : chain(parts))
        opened.push_back(connection.send(requests::open(path)));
    std::vector<std::uint32_t> synced;
    for (const std::uint32_t id : opened) {
        // OpenSSH opens folders as it does files. A server that does not, or that cannot sync them, has no
        // way to be asked for it.
        const auto [handle, status] = connection.handle(id);
        if (!status.ok()) continue;
        synced.push_back(connection.send(requests::fsync(handle)));
        connection.channel().ignore(connection.send(requests::close(handle)));
    }
    for (const std::uint32_t id : synced)
        connection.status(id);
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : "/") + part;
    return text;
}

sdk::ObjectInfo infoOf(std::string name, const Attributes& attributes) {
    sdk::ObjectInfo info;
    info.name = std::move(name);
    info.size_bytes = attributes.size.value_or(0);
    info.modified =
        std::chrono::system_clock::time_point(std::chrono::seconds(attributes.modified.value_or(0)));
    return info;
}

}  // namespace dbackup::sftp
