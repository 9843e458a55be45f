#pragma once

#include <string>
#include <vector>

#include "core/model/verify_mode.h"

namespace dbackup::test {

/// Stores an object of two volumes on a real target, damages it in every way that damages() has and lets the
/// verifier look in each of the modes. Fails the test unless it passes what is whole and finds every damage.
/// @param settings  of the target, JSON
/// @param modes     those that are tried; of a target with a process for each step, fewer
void requireVerifierFinds(const std::string& plugin_file,
                          const std::string& component,
                          const std::string& settings,
                          const std::vector<VerifyMode>& modes = {
                              VerifyMode::Size, VerifyMode::Checksum, VerifyMode::Full});

}  // namespace dbackup::test
