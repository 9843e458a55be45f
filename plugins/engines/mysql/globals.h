#pragma once

#include <string>
#include <string_view>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/streams.h>

#include "server_settings.h"

namespace dbackup::mysql {

/// Writes accounts, roles and what they are granted as SQL, one statement a line.
/// @throws Error Permission when the account may not read them
void dumpGlobals(const ServerSettings& server, sdk::DumpOutput& output, sdk::RunContext& run);

/// Makes the accounts that the server lacks and grants what was granted. Accounts that are there keep their
/// passwords.
/// @throws Error whose message says how far it came
void restoreGlobals(const ServerSettings& server,
                    const sdk::RestoreRequest& request,
                    sdk::ByteSource& source,
                    sdk::RunContext& run);

/// A line of SHOW GRANTS without what belongs to the account and not to the privileges: MariaDB repeats
/// password and limits in it, which would change an account that is there already.
std::string bareGrant(std::string_view line);

}  // namespace dbackup::mysql
