#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <Poco/Net/IPAddress.h>

namespace dbackup::api {

/// The proxies whose X-Forwarded-* headers are believed. Immutable, thread-safe.
class TrustedProxies {
public:
    TrustedProxies() = default;
    /// @param list  addresses or networks, separated by commas: "10.0.0.1, 192.168.0.0/16, fd00::/8"
    /// @throws Error Settings naming the entry that is none
    explicit TrustedProxies(std::string_view list);

    bool empty() const noexcept { return networks_.empty(); }
    bool contains(std::string_view address) const;
    /// Who really asks.
    /// @param peer  address at the other end of the connection
    /// @param forwarded_for  X-Forwarded-For, counted from its end as far as the proxies are trusted
    std::string clientOf(const std::string& peer, std::string_view forwarded_for) const;

private:
    std::vector<std::pair<Poco::Net::IPAddress, unsigned>> networks_;
};

/// Reads an IP address; Poco's own reader knows no "::". @return nothing when it is none
std::optional<Poco::Net::IPAddress> parseAddress(const std::string& text);

/// An address in its plain form: IPv4 within IPv6 ("::ffff:10.0.0.1") becomes IPv4, a zone is cut off.
std::string plainAddress(const Poco::Net::IPAddress& address);

/// Under what a client is counted: one who has an IPv6 address has 2^64 of them, so the network counts.
std::string rateKey(const std::string& address);

}  // namespace dbackup::api
