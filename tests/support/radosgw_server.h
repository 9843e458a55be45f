#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <dbackup/sdk/run_context.h>

#include "tests/support/recording_run.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A real S3 server of one test program, the gateway of a tiny Ceph (tests/support/servers/radosgw.sh), that
/// goes with the object. It takes some 15 seconds to start, so the tests of a program share one: shared().
/// [one thread]
class RadosgwServer {
public:
    /// @param disk_bytes  keeps objects in a file of this size, and not in memory, which takes 2 GiB of them
    explicit RadosgwServer(std::uint64_t disk_bytes = 0);
    RadosgwServer(const RadosgwServer&) = delete;
    RadosgwServer& operator=(const RadosgwServer&) = delete;
    ~RadosgwServer();

    /// Started when it is first asked for, stopped at the program's end.
    static RadosgwServer& shared();

    /// S3_ENDPOINT, S3_KEY, S3_SECRET, ... as the script has them.
    const std::string& value(const std::string& name) const { return environment_.at(name); }
    std::string port() const;

private:
    std::string script(const std::string& command);

    const std::uint64_t disk_bytes_;
    TempDir folder_;
    RecordingRun run_;
    std::map<std::string, std::string> environment_;
};

}  // namespace dbackup::test
