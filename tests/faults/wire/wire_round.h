#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/plugin/plugin_library.h"
#include "tests/faults/wire/wire_target.h"
#include "tests/integration/worker/worker_driver.h"

namespace dbackup::test {

enum class RoundEnd {
    None = 0,
    Whole,     ///< reported good, and so it is
    Failed,    ///< reported failed, and nothing is visible
    Kept,      ///< reported failed, but the whole backup is there, as only the last answer was lost
    Orphaned,  ///< reported failed, no backup, but whole objects lay there until the cleanup
};
const char* toString(RoundEnd end);

/// Backups of one target through a faulty proxy, each by a worker process, judged by what the server has.
/// [one thread]
class WireRounds {
public:
    explicit WireRounds(const WireTarget& target);

    /// One backup. @return how it ended; fails the test when that was wrong
    RoundEnd run(std::uint64_t seed);
    /// The fault of the last round, for people.
    const std::string& last() const { return last_; }

private:
    using Sums = std::map<std::string, std::string>;  // object below the backup's folder -> SHA-256

    struct Attempt {
        Event event;
        std::vector<std::string> leftovers;
    };

    Attempt backup(const protocol::BackupRequest& request) const;
    protocol::BackupRequest request(std::uint64_t seed, std::uint64_t bytes) const;
    protocol::ComponentRef destination(std::uint16_t port) const;
    /// What the same backup has in a local folder.
    Sums expected(const protocol::BackupRequest& request) const;
    std::uint64_t bytesOnTheWire(std::uint64_t bytes);
    contract::WireFault fault(std::uint64_t seed, std::uint64_t wire_bytes) const;
    /// What a server has under the backup's name, looked at without the proxy.
    Sums visible(std::string* manifest_text) const;
    bool isWholeBackup(const Sums& sums, const Sums& wanted, const std::string& manifest_text) const;
    RoundEnd judgeFailed(const Attempt& attempt, const Sums& wanted) const;
    void cleanUp(const std::vector<std::string>& tokens, bool with_objects) const;
    void removeAll() const;

    const WireTarget target_;
    const plugin::PluginLibrary library_;
    const Site site_;
    std::string last_;
    std::uint64_t wire_per_mib_ = 0;
};

}  // namespace dbackup::test
