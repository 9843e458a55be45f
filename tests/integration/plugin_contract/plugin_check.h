#pragma once

#include <string>
#include <vector>

#include "tests/support/small_disk.h"

namespace dbackup::test {

/// What dbackup-plugin-check said.
struct Verdict {
    int status = 0;
    std::string output;  ///< standard output and error
};

/// Is the object of five gigabytes all that is asked for (make large-objects)?
bool isLarge();

/// Runs the contract suite on a component of a plugin of this build, as an outside author would.
/// @param check_file  its content, JSON
/// @param only        only the checks whose name contains it
/// @param options     further ones of the program
Verdict checkPlugin(const std::string& plugin,
                    const std::string& component,
                    const std::string& check_file,
                    const std::string& only = {},
                    const std::vector<std::string>& options = {});
/// The same; fails the test with what it printed when a check failed. When isLarge(), that one check alone is
/// made, and how long it took is told.
void requireContract(const std::string& plugin, const std::string& component, const std::string& check_file);
/// For a further name of a component that has been checked: what dumps and restores are made of, without
/// faults, stops and time-outs.
void requireSameContract(const std::string& plugin,
                         const std::string& component,
                         const std::string& check_file);
/// One check alone, by its whole name; when it was not made, that fails the test, too.
void requireCheck(const std::string& plugin,
                  const std::string& component,
                  const std::string& check_file,
                  const std::string& check,
                  const std::vector<std::string>& options = {});

/// Names of checks.
inline constexpr const char* large_object = "object: one of five gigabytes";
inline constexpr const char* full_server = "server: one that is full";
inline constexpr const char* clock_is_off = "server: a clock that is off";
inline constexpr const char* stranger_is_refused =
    "connection: another server than the expected one is refused";
inline constexpr const char* stranger_is_told =
    "connection: a server that is not made sure of is told of in the log";

/// Members of a check file, each with a comma before it.
/// @param changes  settings, "name": value, by which the target comes to the disk; where that could not be
///                 mounted, it is warned of and nothing is said
std::string fullPlace(const SmallDisk& disk, const std::string& changes);
/// The host key of an SSH server is not the pinned one; and none is pinned.
inline constexpr const char* other_host_key =
    R"(, "wrongIdentity": {"hostKeyFingerprint": "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
       "wrongIdentityAccepted": {"hostKeyFingerprint": "", "acceptAnyHostKey": true})";
/// This machine's clock is off by so many seconds.
std::string clockSkew(int seconds = 3600);

}  // namespace dbackup::test
