#pragma once

#include <string>
#include <vector>

namespace dbackup::test {

/// What dbackup-plugin-check said.
struct Verdict {
    int status = 0;
    std::string output;  ///< standard output and error
};

/// Runs the contract suite on a component of a plugin of this build, as an outside author would.
/// @param check_file  its content, JSON
/// @param only        only the checks whose name contains it
/// @param options     further ones of the program
Verdict checkPlugin(const std::string& plugin,
                    const std::string& component,
                    const std::string& check_file,
                    const std::string& only = {},
                    const std::vector<std::string>& options = {});
/// The same; fails the test with what it printed when a check failed.
void requireContract(const std::string& plugin, const std::string& component, const std::string& check_file);
/// For a further name of a component that has been checked: what dumps and restores are made of, without
/// faults, stops and time-outs.
void requireSameContract(const std::string& plugin,
                         const std::string& component,
                         const std::string& check_file);

}  // namespace dbackup::test
