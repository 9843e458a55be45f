#pragma once

#include "connection.h"
#include "database_properties.h"

namespace dbackup::mysql {

/// The position of the binary log now, before a snapshot: what is restored is at this point or a little
/// later. Empty where there is no log, or the account may not read it, as no restore needs it.
BinlogPosition positionBefore(Connection& connection);

}  // namespace dbackup::mysql
