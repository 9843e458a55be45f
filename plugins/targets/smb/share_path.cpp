#include "share_path.h"

#include <algorithm>

#include "objects/object_name.h"

namespace dbackup::smb {

namespace {

constexpr std::string_view forbidden = "\"*:<>?|\\;";

}  // namespace

std::string sharePart(std::string_view part) {
    std::string text = objects::withPrivateCharacters(part, forbidden);
    if (!text.ends_with('.') && !text.ends_with(' ')) return text;
    const std::string last = objects::withPrivateCharacters(text.substr(text.size() - 1), ". ");
    return text.substr(0, text.size() - 1) + last;
}

std::string ourPart(std::string_view part) {
    return objects::withoutPrivateCharacters(part);
}

std::string quotedPath(std::string_view path) {
    std::string text = "\"";
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        text += "\\" + sharePart(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return text + "\"";
}

std::vector<std::string> foldersOf(std::string_view path) {
    std::vector<std::string> folders;
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
        folders.emplace_back(path.substr(0, slash));
    }
    return folders;
}

}  // namespace dbackup::smb
