#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace dbackup::cli {

/// Names for an argument: of what the placeholder says (JOB, DESTINATION, --profile, ...).
using NameSource = std::function<std::vector<std::string>(const std::string& argument)>;

/// What could stand in place of the last word.
/// @param words  after the program's name; the last one is as far as it was typed, perhaps empty
std::vector<std::string> completions(const CLI::App& app,
                                     const std::vector<std::string>& words,
                                     const NameSource& names);

/// The script that makes a shell ask `dbackup complete`. @param shell  bash, zsh or fish
std::string completionScript(const std::string& shell);

}  // namespace dbackup::cli
