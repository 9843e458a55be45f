#pragma once

#include <string>

namespace dbackup {

/// A random UUID (RFC 9562, version 4) in lower case. Thread-safe.
std::string newId();
/// `bytes` random bytes as lower-case hex. Thread-safe.
std::string randomHex(std::size_t bytes);

}  // namespace dbackup
