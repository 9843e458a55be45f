#pragma once

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/streams.h>

#include "snapshot.h"

namespace dbackup::sqlite {

/// Sends all pages of a snapshot, in order. [one thread]
void sendPages(Snapshot& snapshot, sdk::ByteSink& sink, sdk::RunContext& run);

/// Sends a database without content, as what a file of no bytes means to SQLite.
void sendEmptyDatabase(sdk::ByteSink& sink, sdk::RunContext& run);

}  // namespace dbackup::sqlite
