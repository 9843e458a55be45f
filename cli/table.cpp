#include "cli/table.h"

#include <algorithm>
#include <numeric>

#include "cli/text.h"

namespace dbackup::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t least_width = 8;

std::string padded(const std::string& text, std::size_t width, bool right) {
    const std::string spaces(width - std::min(width, columnsOf(text)), ' ');
    return right ? spaces + text : text + spaces;
}

}  // namespace

void Table::add(const std::vector<std::string>& cells) {
    std::vector<std::string> row;
    for (const auto& cell : cells) {
        row.push_back(printable(cell));
    }
    row.resize(columns_.size());
    rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(std::size_t width) const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t widest = columnsOf(columns_[i].title);
        for (const auto& row : rows_) {
            widest = std::max(widest, columnsOf(row[i]));
        }
        widths.push_back(widest);
    }
    std::size_t total = std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
    while (width > 0 && total > width) {
        // The widest of those that may be cut gives way, letter by letter.
        std::size_t widest = columns_.size();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const bool may_shrink = columns_[i].cuts && widths[i] > least_width;
            if (may_shrink && (widest == columns_.size() || widths[i] > widths[widest])) widest = i;
        }
        if (widest == columns_.size()) break;
        --widths[widest];
        --total;
    }
    return widths;
}

std::string Table::text(std::size_t width) const {
    const std::vector<std::size_t> places = widths(width);
    std::string all;
    const auto add_line = [&](const auto& cell_of) {
        std::string line;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (i > 0) line.append(gap, ' ');
            line +=
                padded(cutTo(cell_of(i), std::max<std::size_t>(places[i], 1)), places[i], columns_[i].right);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        all += (width > 0 ? cutTo(line, width) : line) + '\n';
    };
    add_line([&](std::size_t i) { return columns_[i].title; });
    for (const auto& row : rows_) {
        add_line([&](std::size_t i) { return row[i]; });
    }
    return all;
}

}  // namespace dbackup::cli
