#include "api/http/client_address.h"

#include <algorithm>
#include <charconv>

#include <Poco/Exception.h>

#include "core/base/error.h"

namespace dbackup::api {

using Poco::Net::IPAddress;

namespace {

constexpr std::string_view blanks = " \t";

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Error notANetwork(std::string_view entry) {
    return {ErrorKind::Settings,
            "'" + std::string(entry) + "' is no address or network",
            "write 10.0.0.1, 192.168.0.0/16 or fd00::/8, separated by commas"};
}

std::pair<IPAddress, unsigned> networkFrom(std::string_view entry) {
    const std::size_t slash = entry.find('/');
    const std::optional<IPAddress> address = parseAddress(std::string(entry.substr(0, slash)));
    if (!address) {
        throw notANetwork(entry);
    }
    const unsigned bits = static_cast<unsigned>(address->length()) * 8U;
    unsigned prefix = bits;
    if (slash != std::string_view::npos) {
        const std::string_view digits = entry.substr(slash + 1);
        const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
        if (fault != std::errc() || end != digits.data() + digits.size() || prefix > bits) {
            throw notANetwork(entry);
        }
    }
    return {*address & IPAddress(prefix, address->family()), prefix};
}

}  // namespace

TrustedProxies::TrustedProxies(std::string_view list) {
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(','), list.size());
        const std::string_view entry = trim(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
        if (!entry.empty()) {
            networks_.push_back(networkFrom(entry));
        }
    }
}

bool TrustedProxies::contains(std::string_view address) const {
    const std::optional<IPAddress> parsed =
        networks_.empty() ? std::nullopt : parseAddress(std::string(address));
    if (!parsed) {
        return false;
    }
    return std::any_of(networks_.begin(), networks_.end(), [&](const auto& network) {
        return network.first.family() == parsed->family() &&
               (*parsed & IPAddress(network.second, parsed->family())) == network.first;
    });
}

std::string TrustedProxies::clientOf(const std::string& peer, std::string_view forwarded_for) const {
    std::string client = peer;
    // Each proxy appends whom it saw; what stands before the first one we do not know may be invented.
    while (!forwarded_for.empty() && contains(client)) {
        const std::size_t comma = forwarded_for.rfind(',');
        const std::size_t start = comma == std::string_view::npos ? 0 : comma + 1;
        const std::optional<IPAddress> entry = parseAddress(std::string(trim(forwarded_for.substr(start))));
        if (!entry) {
            break;
        }
        client = plainAddress(*entry);
        forwarded_for = forwarded_for.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
    return client;
}

std::optional<IPAddress> parseAddress(const std::string& text) {
    if (text == "::") {
        return IPAddress(IPAddress::IPv6);
    }
    IPAddress address;
    return IPAddress::tryParse(text, address) ? std::optional(address) : std::nullopt;
}

std::string plainAddress(const IPAddress& address) {
    std::string text = address.toString();
    if (address.isIPv4Mapped()) {
        text.erase(0, text.rfind(':') + 1);
    }
    return text.substr(0, text.find('%'));
}

std::string rateKey(const std::string& address) {
    if (address.find(':') == std::string::npos) {
        return address;
    }
    const std::optional<IPAddress> parsed = parseAddress(address);
    return parsed ? (*parsed & IPAddress(64, IPAddress::IPv6)).toString() + "/64" : address;
}

}  // namespace dbackup::api
