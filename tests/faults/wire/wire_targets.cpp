#include "tests/faults/wire/wire_target.h"
#include "tests/support/ftp_server.h"
#include "tests/support/object_server.h"
#include "tests/support/web_dav_server.h"

namespace dbackup::test {

namespace {

constexpr const char* short_timeouts = R"("connectTimeout": 2, "stallTimeout": 2)";

std::uint16_t portOf(const std::string& text) {
    return static_cast<std::uint16_t>(std::stoi(text.substr(text.rfind(':') + 1)));
}

std::string local(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

WireTarget objectsTarget(const std::string& fault) {
    const auto server = std::make_shared<ObjectServer>();
    const auto settings = [fault](std::uint16_t port) {
        return R"({"url": "http://)" + local(port) + R"(", "password": "secret", "fault": ")" + fault +
               R"(", )" + short_timeouts + "}";
    };
    return {"http-objects",
            OBJECTS_PLUGIN,
            portOf(server->url()),
            settings,
            contract::FaultProxy::Protocol::Any,
            true,
            server};
}

WireTarget webdavTarget() {
    const auto server = std::make_shared<WebDavServer>();
    const auto settings = [](std::uint16_t port) {
        return R"({"url": "http://)" + local(port) + R"(/", "username": "dav", "password": "secret", )" +
               short_timeouts + "}";
    };
    return {"webdav",
            WEBDAV_PLUGIN,
            portOf(server->port()),
            settings,
            contract::FaultProxy::Protocol::Any,
            true,
            server};
}

WireTarget ftpTarget() {
    const auto server = std::make_shared<FtpServer>();
    const auto settings = [](std::uint16_t port) {
        return R"({"host": "127.0.0.1", "port": )" + std::to_string(port) +
               R"(, "username": "me", "password": "secret", )" + short_timeouts + "}";
    };
    return {"ftp",
            FTP_PLUGIN,
            portOf(server->port()),
            settings,
            contract::FaultProxy::Protocol::Ftp,
            false,
            server};
}

}  // namespace dbackup::test
