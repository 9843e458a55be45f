#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "core/model/manifest.h"
#include "core/model/verify_mode.h"
#include "core/pipeline/destination.h"
#include "core/worker/run.h"

namespace dbackup::worker {

/// Reads every object and compares size and SHA-256 with what was stored, as a restore needs it: what a
/// server says of its bytes does not help when they do not arrive.
/// @param stage  is told of the bytes
/// @throws Error Integrity, NotFound, Unavailable, Cancelled: the first fault
void readObjects(const pipeline::Destination& where,
                 const std::vector<ManifestObject>& objects,
                 const std::string& path,
                 Stage& stage);

/// Checks whether a destination keeps what a backup stored there. What is read counts against the
/// destination's bandwidth; what breaks with a retryable error is tried again as often as the destination
/// allows. [one thread]
class Verification {
public:
    /// @param path  "<job>/<backup>"
    /// @param stage  is told of the stored bytes, once each; outlives it, as `where` does
    Verification(const pipeline::Destination& where, VerifyMode mode, std::string path, Stage& stage)
        : where_(where), mode_(mode), path_(std::move(path)), stage_(stage) {}

    /// @throws Error Integrity, NotFound, Unavailable, Cancelled: the first fault, with object and
    /// destination
    void check(const std::vector<ManifestObject>& objects);

private:
    void checkObject(const ManifestObject& object);
    void checkVolume(const ManifestVolume& volume);
    void readBack(const ManifestObject& object);
    bool isProven(const ManifestVolume& volume);
    void count(std::uint64_t bytes);

    const pipeline::Destination& where_;
    const VerifyMode mode_;
    const std::string path_;
    Stage& stage_;
    std::uint64_t done_ = 0;     ///< stored bytes of the item at hand, in this attempt
    std::uint64_t counted_ = 0;  ///< of which the stage knows
};

/// A Verification of every destination that has not failed, each on a thread of its own. A fault fails its
/// destination.
/// @param modes  by the destination's id; the others are verified by checksum
/// @param stop  once it is requested, what goes wrong is nobody's fault
void verifyEverywhere(const std::vector<pipeline::Destination*>& destinations,
                      const std::map<std::string, VerifyMode>& modes,
                      const Manifest& manifest,
                      const std::stop_token& stop,
                      Stage& stage);

}  // namespace dbackup::worker
