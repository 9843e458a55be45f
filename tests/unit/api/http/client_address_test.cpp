#include "api/http/client_address.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace dbackup;
using namespace dbackup::api;
using Poco::Net::IPAddress;

TEST_CASE("TrustedProxies: networks of both families are known by their prefix", "[api]") {
    const TrustedProxies proxies("10.0.0.1, 192.168.0.0/16,fd00::/8 ,, 172.16.5.9/12");
    for (const char* inside : {"10.0.0.1", "192.168.3.4", "fd12::1", "172.31.255.255"}) {
        INFO(inside);
        CHECK(proxies.contains(inside));
    }
    for (const char* outside : {"10.0.0.2", "192.169.0.1", "fe80::1", "172.32.0.1", "nonsense", ""}) {
        INFO(outside);
        CHECK_FALSE(proxies.contains(outside));
    }
    CHECK(TrustedProxies("").empty());
    CHECK(TrustedProxies(" , ").empty());
}

TEST_CASE("TrustedProxies: what is no network is named", "[api]") {
    for (const char* wrong :
         {"proxy.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::1/129", "10.0.0/8x"}) {
        INFO(wrong);
        CHECK_THROWS_WITH(TrustedProxies(wrong), Catch::Contains(wrong));
    }
}

TEST_CASE("TrustedProxies: without a trusted peer X-Forwarded-For counts for nothing", "[api]") {
    CHECK(TrustedProxies().clientOf("10.0.0.1", "1.2.3.4") == "10.0.0.1");
    CHECK(TrustedProxies("10.0.0.1").clientOf("10.0.0.2", "1.2.3.4") == "10.0.0.2");
}

TEST_CASE("TrustedProxies: the chain is followed from its end up to the first address that is not trusted",
          "[api]") {
    const TrustedProxies proxies("10.0.0.0/8");
    CHECK(proxies.clientOf("10.0.0.1", "1.2.3.4") == "1.2.3.4");
    CHECK(proxies.clientOf("10.0.0.1", "6.6.6.6, 1.2.3.4") == "1.2.3.4");
    CHECK(proxies.clientOf("10.0.0.1", "6.6.6.6, 1.2.3.4 ,10.0.0.7") == "1.2.3.4");
    CHECK(proxies.clientOf("10.0.0.1", "10.0.0.8, 10.0.0.7") == "10.0.0.8");
    CHECK(proxies.clientOf("10.0.0.1", "garbage") == "10.0.0.1");
    CHECK(proxies.clientOf("10.0.0.1", "") == "10.0.0.1");
    CHECK(proxies.clientOf("10.0.0.1", "::ffff:1.2.3.4") == "1.2.3.4");
}

TEST_CASE("parseAddress: reads both families and the address of all", "[api]") {
    CHECK(parseAddress("::"));
    CHECK(parseAddress("::1")->isLoopback());
    CHECK(parseAddress("0.0.0.0"));
    CHECK_FALSE(parseAddress("localhost"));
    CHECK_FALSE(parseAddress(""));
    CHECK(TrustedProxies("::/0").contains("2001:db8::1"));
}

TEST_CASE("plainAddress: IPv4 within IPv6 is IPv4", "[api]") {
    CHECK(plainAddress(IPAddress("::ffff:10.1.2.3")) == "10.1.2.3");
    CHECK(plainAddress(IPAddress("10.1.2.3")) == "10.1.2.3");
    CHECK(plainAddress(IPAddress("::1")) == "::1");
}

TEST_CASE("rateKey: an IPv6 client is counted by its network", "[api]") {
    CHECK(rateKey("10.1.2.3") == "10.1.2.3");
    CHECK(rateKey("2001:db8:1:2:aaaa::1") == rateKey("2001:db8:1:2:bbbb::2"));
    CHECK(rateKey("2001:db8:1:2::1") != rateKey("2001:db8:1:3::1"));
}
