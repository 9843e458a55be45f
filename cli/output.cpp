#include "cli/output.h"

#include <ostream>

#include "cli/failure.h"
#include "resources/yaml_json.h"

namespace dbackup::cli {

void Output::write(const std::string& text) {
    out_ << text << std::flush;
    if (!out_) throw Failure(ExitCode::Local, "cannot write to standard output");
}

bool Output::showData(const JsonVar& data) {
    if (format_ == Format::Table) return false;
    write(format_ == Format::Json ? toIndentedText(data) : resources::toYaml(data));
    return true;
}

void Output::show(const JsonVar& data, const Table& table, const std::string& none) {
    if (showData(data)) return;
    write(table.rows() == 0 ? none + '\n' : table.text(terminal_.width()));
}

void Output::show(const JsonVar& data, const std::string& text) {
    if (!showData(data)) write(text);
}

}  // namespace dbackup::cli
