#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace dbackup::cli {

/// The manual page of the program, or of one verb, from what `--help` shows: dbackup(1), dbackup-run(1).
std::string manPage(const CLI::App& app);

/// "dbackup-run" for the verb `run`.
std::string manPageName(const CLI::App& app);

}  // namespace dbackup::cli
