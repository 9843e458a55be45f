#include "share_path.h"

#include <algorithm>

namespace dbackup::smb {

namespace {

constexpr std::string_view forbidden = "\"*:<>?|\\;";
/// U+F000 + c for c < 64 is EF 80 (80 + c), and for c < 128 EF 81 (80 + c - 64), in UTF-8.
constexpr char private_lead = '\xEF';
constexpr unsigned char private_low = 0x80;

std::string replaced(char each) {
    const auto code = static_cast<unsigned char>(each);
    return {private_lead,
            static_cast<char>(private_low + (code >> 6U)),
            static_cast<char>(0x80U + (code & 0x3FU))};
}

bool isReplaced(std::string_view text) {
    if (text.size() < 3 || text[0] != private_lead) return false;
    const auto second = static_cast<unsigned char>(text[1]);
    return second == private_low || second == private_low + 1;
}

}  // namespace

std::string sharePart(std::string_view part) {
    std::string text;
    for (std::size_t i = 0; i < part.size(); ++i) {
        const bool at_end = i + 1 == part.size() && (part[i] == '.' || part[i] == ' ');
        if (at_end || forbidden.find(part[i]) != std::string_view::npos) {
            text += replaced(part[i]);
        } else {
            text += part[i];
        }
    }
    return text;
}

std::string ourPart(std::string_view part) {
    std::string text;
    for (std::size_t i = 0; i < part.size(); ++i) {
        if (isReplaced(part.substr(i))) {
            const auto second = static_cast<unsigned char>(part[i + 1]);
            const auto third = static_cast<unsigned char>(part[i + 2]);
            text += static_cast<char>(((second - private_low) << 6U) | (third & 0x3FU));
            i += 2;
        } else {
            text += part[i];
        }
    }
    return text;
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
