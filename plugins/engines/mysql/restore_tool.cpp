#include "restore_tool.h"

#include <algorithm>
#include <vector>

#include <dbackup/sdk/error.h>

#include "end_line_check.h"

namespace dbackup::mysql {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20;

}  // namespace

void feed(const ClientTool& tool,
          const ServerSettings& server,
          const std::string& database,
          sdk::ByteSource& source,
          sdk::RunContext& run) {
    sdk::Command command = tool.command(server);
    command.args({"--batch",
                  "--binary-mode",
                  "--disable-reconnect",
                  "--default-character-set=utf8mb4",
                  "--max-allowed-packet=1G",
                  "--local-infile=0",
                  "--database=" + database});
    command.withInput();
    sdk::Subprocess client(command, run);
    std::vector<std::byte> buffer(buffer_bytes);
    EndLineCheck check;
    bool reads = true;
    std::size_t got = 0;
    while (reads && (got = source.read(buffer)) > 0) {
        check.update(std::span(buffer).first(got));
        reads = client.writeInput(std::span(buffer).first(got));
    }
    client.closeInput();
    client.waitOk();
    // The source's end was seen, and with it that the object was whole, only if everything was read.
    if (!reads) {
        throw sdk::Error(sdk::ErrorKind::ToolFailed,
                         command.program() + " ended before it had read the whole backup",
                         "Look at the execution's log at level debug");
    }
    check.requireComplete();
}

std::size_t TextSource::read(std::span<std::byte> into) {
    const std::size_t count = std::min(into.size(), text_.size() - at_);
    std::copy_n(
        std::as_bytes(std::span(text_)).begin() + static_cast<std::ptrdiff_t>(at_), count, into.begin());
    at_ += count;
    return count;
}

}  // namespace dbackup::mysql
