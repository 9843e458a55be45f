#pragma once

#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <dbackup/sdk/error.h>

#include "sftp_target.h"
#include "tests/support/recording_run.h"
#include "tests/support/ssh_server.h"

namespace dbackup::test {

/// A target on a server of its own. [one thread]
struct SftpFixture {
    /// @param more  further settings, beginning with a comma
    /// @param configuration, sftp_options  see SshServer
    explicit SftpFixture(const std::string& more = {},
                         const std::string& configuration = {},
                         const std::string& sftp_options = {})
        : server(configuration, sftp_options), target(pinned(more)) {}

    /// Settings with the host key pinned.
    sdk::Settings pinned(const std::string& more = {}) {
        return server.settings(R"(,"hostKeyFingerprint":)" + jsonText(server.hostKeyFingerprint()) + more);
    }
    std::unique_ptr<sdk::ObjectWriter> create(const std::string& name,
                                              sdk::IfExists if_exists = sdk::IfExists::Fail,
                                              std::optional<std::uint64_t> size = std::nullopt) {
        return target.create({name, size, if_exists}, run);
    }
    sdk::ObjectInfo put(const std::string& name,
                        const std::string& content,
                        sdk::IfExists if_exists = sdk::IfExists::Fail);
    std::string get(const std::string& name, sdk::ByteRange range = {});
    std::set<std::string> list(const std::string& prefix = "");
    /// Everything below the server's folder, folders with a slash at their end.
    std::set<std::string> tree() const;
    template <class Action>
    sdk::ErrorKind kindOf(Action action) {
        try {
            action();
        } catch (const sdk::Error& error) {
            last_error = error.text();
            last_retryable = error.retryable();
            return error.kind();
        }
        return sdk::ErrorKind::None;
    }

    SshServer server;
    RecordingRun run;
    sftp::SftpTarget target;
    std::string last_error;
    bool last_retryable = false;
};

void append(sdk::ObjectWriter& writer, const std::string& content);
/// Bytes that no compression makes shorter, the same for the same size.
std::string sampleBytes(std::size_t size);

}  // namespace dbackup::test
