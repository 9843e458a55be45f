#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/contract/fault_proxy.h"

namespace dbackup::test {

/// A target and its server, as the faults on the wire need them. What is to be added is one function in
/// wire_targets.cpp and one line in wire_faults_test.cpp.
struct WireTarget {
    std::string component;  ///< "webdav"
    std::string plugin_file;
    std::uint16_t port = 0;  ///< of the server on 127.0.0.1
    /// Settings, a JSON object, by which the server is reached on a port of 127.0.0.1, with short time-outs.
    std::function<std::string(std::uint16_t port)> settings;
    contract::FaultProxy::Protocol protocol = contract::FaultProxy::Protocol::Any;
    bool speaks_http = false;            ///< without TLS: it can be answered 503
    std::shared_ptr<const void> server;  ///< runs as long as this lives
};

// Each starts a server of its own.
WireTarget objectsTarget(const std::string& fault = {});
WireTarget webdavTarget();
WireTarget ftpTarget();

}  // namespace dbackup::test
