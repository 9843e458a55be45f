#pragma once

#include <iosfwd>
#include <string>

#include "cli/json.h"
#include "cli/table.h"
#include "cli/terminal.h"

namespace dbackup::cli {

enum class Format { Table = 1, Json, Yaml };

/// Where results go: standard output, in the form that was asked for. Remarks and progress go to standard
/// error and are no concern of this class. [one thread]
class Output {
public:
    Output(std::ostream& out, const Terminal& terminal) : out_(out), terminal_(terminal) {}

    void setFormat(Format format) noexcept { format_ = format; }
    Format format() const noexcept { return format_; }
    const Terminal& terminal() const noexcept { return terminal_; }

    /// Shows the data itself to programs, the table to people.
    /// @param none  said in place of a table without rows
    void show(const JsonVar& data, const Table& table, const std::string& none);
    /// Shows the data itself to programs, a text to people.
    void show(const JsonVar& data, const std::string& text);
    /// As it is.
    void write(const std::string& text);

private:
    bool showData(const JsonVar& data);

    std::ostream& out_;
    const Terminal& terminal_;
    Format format_ = Format::Table;
};

}  // namespace dbackup::cli
