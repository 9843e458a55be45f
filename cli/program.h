#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace dbackup::cli {

class Session;

/// The whole command line: options of all commands, and every verb. Its actions are left in the session.
std::unique_ptr<CLI::App> commandLine(Session& session);

/// Runs the program; never throws.
/// @param arguments  without the program's name
/// @return the exit code, see ExitCode
int runProgram(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace dbackup::cli
