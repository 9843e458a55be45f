#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/contract/subject.h"

namespace dbackup::contract {

/// Where a component's settings say that its server is: the settings host and port, or one setting with a
/// URL. The check file names it with "address", as in "endpoint"; else "url" and "endpoint" are looked for.
struct ServerAddress {
    std::string host;
    std::uint16_t port = 0;
    std::string scheme;       ///< of a URL: "http"; else empty
    std::string url_setting;  ///< empty = host and port
};

/// Why a component cannot be led to another server; empty when it can.
std::string whyNoServer(const Subject& subject);
/// @throws Error Settings unless whyNoServer() is empty
ServerAddress serverOf(const Subject& subject);
/// Settings that lead to another host and port. A URL that says "localhost" keeps it for 127.0.0.1, as there
/// may be a certificate for it.
JsonObject leadTo(const Subject& subject, const std::string& host, std::uint16_t port);
/// The same to a port of the loopback, with short time-outs.
JsonObject leadTo(const Subject& subject, std::uint16_t port);
/// Adds to changes of the settings two seconds, or the least that is allowed, for each setting whose name
/// ends with "timeout", and what the check file has as "shortTimeouts".
void shortenTimeouts(const Subject& subject, JsonObject& changes);

}  // namespace dbackup::contract
