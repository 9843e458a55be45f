#pragma once

#include <string>
#include <vector>

namespace dbackup::cli {

/// Rows below a head, each column as wide as it must be. [one thread]
class Table {
public:
    struct Column {
        std::string title;
        bool right = false;  ///< numbers stand at the right edge
        bool cuts = false;   ///< may be cut where the window is narrow
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// @param cells  as many as there are columns; control characters in them are made visible
    void add(const std::vector<std::string>& cells);
    std::size_t rows() const noexcept { return rows_.size(); }
    /// @param width  of the window; 0 = no limit, as for files and pipes
    std::string text(std::size_t width) const;

private:
    std::vector<std::size_t> widths(std::size_t width) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace dbackup::cli
