#include "core/contract/server_address.h"

#include <algorithm>

#include <Poco/Exception.h>
#include <Poco/URI.h>

namespace dbackup::contract {

namespace {

constexpr std::int64_t short_seconds = 2;

std::string urlSetting(const Subject& subject) {
    if (std::string named = subject.text("address"); !named.empty()) return named;
    if (subject.hasSetting("host") && subject.hasSetting("port")) return {};
    for (const char* usual : {"url", "endpoint"}) {
        if (!subject.setting(usual).empty()) return usual;
    }
    return {};
}

std::optional<Poco::URI> urlOf(const Subject& subject, const std::string& setting) {
    try {
        Poco::URI url(subject.setting(setting));
        if (url.getHost().empty() || url.getPort() == 0) return std::nullopt;
        return url;
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

}  // namespace

std::string whyNoServer(const Subject& subject) {
    const std::string setting = urlSetting(subject);
    if (!setting.empty()) {
        return urlOf(subject, setting) ? ""
                                       : "its setting " + setting + " is no URL with a host and a known port";
    }
    if (!subject.hasSetting("host") || !subject.hasSetting("port")) return "it has no settings host and port";
    if (subject.setting("host").starts_with('/')) return "the check file's host is a Unix socket";
    return {};
}

ServerAddress serverOf(const Subject& subject) {
    if (const std::string why = whyNoServer(subject); !why.empty())
        throw sdk::Error(sdk::ErrorKind::Settings, why);
    const std::string setting = urlSetting(subject);
    if (setting.empty()) {
        return {
            subject.setting("host"), static_cast<std::uint16_t>(std::stoi(subject.setting("port"))), "", ""};
    }
    const std::optional<Poco::URI> url = urlOf(subject, setting);
    return {url->getHost(), url->getPort(), url->getScheme(), setting};
}

JsonObject leadTo(const Subject& subject, const std::string& host, std::uint16_t port) {
    const ServerAddress server = serverOf(subject);
    if (server.url_setting.empty()) {
        JsonObject changes = change("port", port);
        changes.set("host", host);
        return changes;
    }
    Poco::URI url = urlOf(subject, server.url_setting).value();
    if (host != "127.0.0.1" || url.getHost() != "localhost") url.setHost(host);
    url.setPort(port);
    return change(server.url_setting, url.toString());
}

JsonObject leadTo(const Subject& subject, std::uint16_t port) {
    JsonObject changes = leadTo(subject, "127.0.0.1", port);
    shortenTimeouts(subject, changes);
    return changes;
}

void shortenTimeouts(const Subject& subject, JsonObject& changes) {
    const JsonObject::Ptr properties = objectAt(subject.schema().schema(), "properties");
    for (const std::string& name : properties ? properties->getNames() : std::vector<std::string>()) {
        if (!name.ends_with("imeout")) continue;
        const auto least = integerOr(*properties->getObject(name), "minimum", short_seconds);
        changes.set(name, std::max<std::int64_t>(short_seconds, least));
    }
    for (const auto& [key, value] : subject.changes("shortTimeouts"))
        changes.set(key, value);
}

}  // namespace dbackup::contract
