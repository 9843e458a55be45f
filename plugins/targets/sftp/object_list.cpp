#include "object_list.h"

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>

#include "requests.h"

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using sdk::partsOf;

constexpr int max_depth = 64;
/// Folders that are looked into at the same time, so that the delay of the link does not count for each.
constexpr std::size_t most_folders = 16;
/// Reads of one folder that are under way. OpenSSH gives 100 names for each.
constexpr int most_reads = 4;
/// Every ext file system has it in its root, and only root may look into it.
constexpr std::string_view lost_and_found = "lost+found";

}  // namespace

bool ObjectList::walk(const std::string& prefix) {
    const std::size_t slash = prefix.find_last_of('/');
    Folder top;
    if (slash != std::string::npos) top.name = joined(partsOf(prefix.substr(0, slash))) + "/";
    top.start = slash == std::string::npos ? prefix : prefix.substr(slash + 1);
    found_.push_back(std::move(top));
    for (;;) {
        openMore();
        if (opening_.empty() && reading_.empty()) return true;
        const auto [id, answer] = connection_.channel().waitForAny();
        take(id, answer);
        if (stopped_) return false;
    }
}

void ObjectList::openMore() {
    while (!found_.empty() && opening_.size() + open_.size() < most_folders) {
        Folder folder = std::move(found_.back());
        found_.pop_back();
        const std::string name =
            folder.name.empty() ? folder.name : folder.name.substr(0, folder.name.size() - 1);
        const std::uint32_t id = connection_.send(requests::openFolder(folder_.pathOf(name)));
        opening_.emplace(id, std::move(folder));
    }
}

void ObjectList::take(std::uint32_t id, const Answer& answer) {
    if (auto opened = opening_.extract(id)) {
        takeHandle(std::move(opened.mapped()), answer);
        return;
    }
    const auto reading = reading_.extract(id);
    if (!reading) throw Error(ErrorKind::Internal, "a listing has got an answer that it has not asked for");
    const std::size_t key = reading.mapped();
    Folder& folder = open_.at(key);
    --folder.asked;
    takeNames(folder, answer);
    if (!folder.ended) askForNames(key);
    if (folder.asked > 0 || stopped_) return;
    connection_.channel().ignore(connection_.send(requests::close(folder.handle)));
    open_.erase(key);
}

void ObjectList::takeHandle(Folder folder, const Answer& answer) {
    if (answer.type != PacketType::Handle) {
        const Status status = statusFrom(answer);
        if (!status.isMissing()) throw connection_.errorFrom("list " + folder_.pathOf(folder.name), status);
        return;  // removed since its name was read, or never there
    }
    folder.handle = PacketReader(answer.body).text();
    const std::size_t key = ++last_key_;
    open_.emplace(key, std::move(folder));
    askForNames(key);
}

void ObjectList::askForNames(std::size_t key) {
    Folder& folder = open_.at(key);
    while (folder.asked < most_reads) {
        reading_.emplace(connection_.send(requests::readFolder(folder.handle)), key);
        ++folder.asked;
    }
}

void ObjectList::takeNames(Folder& folder, const Answer& answer) {
    if (answer.type != PacketType::Name) {
        const Status status = statusFrom(answer);
        if (!status.isEnd()) throw connection_.errorFrom("list " + folder_.pathOf(folder.name), status);
        folder.ended = true;
        return;
    }
    PacketReader reader(answer.body);
    for (std::uint32_t left = reader.u32(); left > 0 && !stopped_; --left) {
        const std::string part(reader.text());
        reader.text();  // as ls prints it
        takeName(folder, part, reader.attributes());
    }
}

void ObjectList::takeName(const Folder& folder, const std::string& part, const Attributes& attributes) {
    const bool is_ours =
        part != "." && part != ".." && part.find('/') == std::string::npos && !sdk::isTemporaryName(part);
    if (!is_ours || !part.starts_with(folder.start)) return;
    const std::string name = folder.name + part;
    if (attributes.isFile()) {
        stopped_ = !callback_(infoOf(name, attributes));
        return;
    }
    if (!attributes.isFolder() || (folder.depth == 0 && part == lost_and_found)) return;
    if (folder.depth >= max_depth) {
        throw Error(ErrorKind::Unsupported, "folders are nested too deeply: " + folder_.pathOf(name));
    }
    Folder inner;
    inner.name = name + "/";
    inner.depth = folder.depth + 1;
    found_.push_back(std::move(inner));
}

}  // namespace dbackup::sftp
