#pragma once

#include <string>

#include <dbackup/sdk/streams.h>
#include <dbackup/sdk/subprocess.h>

#include "client_tools.h"
#include "server_settings.h"

namespace dbackup::mysql {

/// Runs a dump through the vendor's client into a database, up to the first error. Nothing in it but SQL has
/// an effect: the client's own commands, among them one that runs a shell, are off.
/// @param database  to work in
/// @throws Error ToolFailed when the client fails or ends before everything was read, or the dump lacks its
/// closing line; and what the source throws
void feed(const ClientTool& tool,
          const ServerSettings& server,
          const std::string& database,
          sdk::ByteSource& source,
          sdk::RunContext& run);

/// A text as a source.
class TextSource final : public sdk::ByteSource {
public:
    explicit TextSource(std::string text) : text_(std::move(text)) {}
    std::size_t read(std::span<std::byte> into) override;

private:
    std::string text_;
    std::size_t at_ = 0;
};

}  // namespace dbackup::mysql
