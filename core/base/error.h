#pragma once

#include <dbackup/sdk/error.h>

namespace dbackup {

// The core throws the SDK's one exception.
using sdk::Error;
using sdk::ErrorKind;
using sdk::systemError;

}  // namespace dbackup
