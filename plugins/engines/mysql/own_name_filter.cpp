#include "own_name_filter.h"

#include <algorithm>
#include <utility>

#include "quoting.h"

namespace dbackup::mysql {

namespace {

constexpr std::string_view keyword = "ALTER DATABASE ";
/// After the name: " CHARACTER SET x COLLATE y ;" or ";;" with names of at most 64 characters.
constexpr std::size_t rest_bytes = 256;

bool isWord(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// " CHARACTER SET latin1 COLLATE latin1_swedish_ci ;"
bool isSwitch(std::string_view rest) {
    constexpr std::string_view set = " CHARACTER SET ";
    constexpr std::string_view collate = " COLLATE ";
    const std::size_t at = rest.find(collate);
    if (!rest.starts_with(set) || at == std::string_view::npos || at < set.size()) return false;
    const std::string_view end = rest.substr(at + collate.size());
    const std::size_t space = end.find(' ');
    if (space == std::string_view::npos) return false;
    const std::string_view delimiter = end.substr(space + 1);
    return isWord(rest.substr(set.size(), at - set.size())) && isWord(end.substr(0, space)) &&
           (delimiter == ";" || delimiter == ";;");
}

}  // namespace

OwnNameFilter::OwnNameFilter(const std::string& database, Write write)
    : start_(std::string(keyword) + quoteName(database)), write_(std::move(write)) {}

bool OwnNameFilter::couldBecome(std::string_view line) const {
    const std::size_t common = std::min(line.size(), start_.size());
    return line.substr(0, common) == std::string_view(start_).substr(0, common) &&
           line.size() <= start_.size() + rest_bytes;
}

void OwnNameFilter::giveLine() {
    const std::string_view line = line_;
    if (line.size() > start_.size() && line.starts_with(start_) && isSwitch(line.substr(start_.size()))) {
        write_(keyword.substr(0, keyword.size() - 1));
        write_(line.substr(start_.size()));
    } else {
        write_(line);
    }
    line_.clear();
}

void OwnNameFilter::take(std::string_view bytes) {
    while (!bytes.empty()) {
        if (passing_) {
            // Lines of rows are long, so this is where nearly all bytes go.
            const std::size_t end = bytes.find('\n');
            const std::size_t count = end == std::string_view::npos ? bytes.size() : end + 1;
            write_(bytes.substr(0, count));
            passing_ = end == std::string_view::npos;
            bytes.remove_prefix(count);
            continue;
        }
        const std::size_t end = std::min(bytes.find('\n'), bytes.size());
        const std::size_t room = start_.size() + rest_bytes + 1;
        const std::size_t count = std::min(end, room);
        line_.append(bytes.substr(0, count));
        bytes.remove_prefix(count);
        if (!couldBecome(line_)) {
            write_(line_);
            line_.clear();
            passing_ = true;
        } else if (!bytes.empty() && bytes.front() == '\n') {
            giveLine();
            passing_ = true;  // the line break itself
        }
    }
}

void OwnNameFilter::finish() {
    if (!line_.empty()) giveLine();
}

}  // namespace dbackup::mysql
