#pragma once

#include "api/http/message.h"
#include "core/store/execution_store.h"

namespace dbackup::api {

/// Sends what happens to an execution as server-sent events until it has ended, the client has gone or the
/// server stops: `log` for each entry, `execution` for each change, `end` as the last one.
/// @throws HttpError 404 when there is no such execution, 400 for a wrong cursor
void streamExecution(const Request& request, const store::ExecutionStore& executions, BodyStream& stream);

}  // namespace dbackup::api
