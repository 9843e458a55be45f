#include "binlog_position.h"

#include <dbackup/sdk/error.h>

namespace dbackup::mysql {

using sdk::Error;
using sdk::ErrorKind;

BinlogPosition positionBefore(Connection& connection) {
    const ServerVersion& version = connection.version();
    const char* statement =
        !version.mariadb && version.atLeast(8, 2) ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
    try {
        const auto rows = connection.query(statement);
        if (rows.empty()) return {};
        BinlogPosition position{rows.front().at(0), std::stoull(rows.front().at(1)), "", false};
        position.gtid = connection.value(version.mariadb ? "SELECT @@global.gtid_binlog_pos"
                                                         : "SELECT @@global.gtid_executed");
        return position;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Permission) throw;
        return {};  // not readable, and needed for no restore
    }
}

}  // namespace dbackup::mysql
