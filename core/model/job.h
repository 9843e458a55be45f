#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/model/verify_mode.h"

namespace dbackup {

struct JobDestination {
    std::string id;
    std::string adapter_id;  ///< id of the destination's Adapter
    int priority = 0;
    std::string retention = "{}";      ///< JSON object as the contract has it; applied by a later issue
    int retries = 3;                   ///< how often an upload that broke is begun again
    std::int64_t bandwidth_limit = 0;  ///< bytes a second; 0 = none
    VerifyMode verify = VerifyMode::Checksum;
};

/// What is backed up, to where, how.
struct Job {
    std::string id;
    std::string name;
    std::string schedule;  ///< cron expression, kept as given
    bool enabled = true;
    std::string source_id;               ///< id of the source's Adapter
    std::vector<std::string> databases;  ///< of that source; empty = all
    /// Further sources, each with all of its databases in its first format, in the same backup.
    std::vector<std::string> more_source_ids;
    std::string compression = "ZSTD";  ///< NONE | GZIP | ZSTD
    int compression_level = 0;         ///< 0 = the default of the kind
    int parallel = 1;                  ///< databases dumped at the same time
    std::string format;                ///< engine's dump format; empty = its first
    /// Disk space for what slow destinations have not taken yet, and for retries; 0 = no spool.
    std::int64_t spool_bytes = 0;
    /// Members of the REST contract that this version keeps but does not act on (pgCompression,
    /// notificationEvents, ...): a JSON object, given back as it came.
    std::string extra = "{}";
    std::vector<JobDestination> destinations;  ///< ascending priority
    TimePoint created_at{};
    TimePoint updated_at{};
};

}  // namespace dbackup
