#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/contract/fault_proxy.h"
#include "tests/support/verified_damage.h"

namespace dbackup::test {

/// A target and its server, as the faults on the wire need them. Each target has a file of its own here,
/// <component>_test.cpp, which is all that is to be added for another one.
struct WireTarget {
    std::string component;  ///< "webdav"
    std::string plugin_file;
    std::uint16_t port = 0;  ///< of the server on 127.0.0.1
    /// Settings, a JSON object, by which the server is reached on a port of 127.0.0.1, with short time-outs.
    std::function<std::string(std::uint16_t port)> settings;
    contract::FaultProxy::Protocol protocol = contract::FaultProxy::Protocol::Any;
    bool speaks_http = false;  ///< without TLS: it can be answered 503
};

/// The number at the end of a text: of a port, or of a URL that ends with one.
std::uint16_t portAtEnd(const std::string& text);

/// As many rounds as ROUNDS in the environment says, seeded by SEED; prints how they ended. Fails the test
/// when one ended wrongly.
void runWireRounds(const WireTarget& target);

/// Damage at rest, without any fault on the wire.
void requireVerifierFinds(const WireTarget& target,
                          const std::vector<VerifyMode>& modes = {
                              VerifyMode::Size, VerifyMode::Checksum, VerifyMode::Full});

}  // namespace dbackup::test
