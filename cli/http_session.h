#pragma once

#include <memory>
#include <string>

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>

#include "cli/connection.h"
#include "cli/failure.h"

namespace dbackup::cli {

/// A new session with the server; nothing is sent yet. It does TLS where the URL says https.
/// @throws Failure Usage when the file of authorities cannot be read
std::unique_ptr<Poco::Net::HTTPClientSession> openSession(const Connection& connection);

/// A request with key, host and what else every one has.
/// @param path  below /api: "/jobs?x=y"
Poco::Net::HTTPRequest requestFor(const Connection& connection,
                                  const std::string& method,
                                  const std::string& path);

/// What an exception of Poco's on the way to the server means.
Failure unreachable(const Connection& connection, const Poco::Exception& error);

}  // namespace dbackup::cli
