#include "multistatus.h"

#include <charconv>

#include <Poco/Exception.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/InputSource.h>
#include <Poco/SAX/SAXParser.h>
#include <curl/curl.h>

#include <dbackup/sdk/error.h>

#include "curl/url.h"

namespace dbackup::webdav {

namespace {

using sdk::Error;
using sdk::ErrorKind;

const std::string dav = "DAV:";

/// "https://host/a/b/" and "/a/b" are both /a/b.
std::string pathOf(std::string address) {
    const std::size_t scheme = address.find("://");
    if (scheme != std::string::npos) {
        const std::size_t slash = address.find('/', scheme + 3);
        address = slash == std::string::npos ? "/" : address.substr(slash);
    }
    std::string path = curl::decodePath(address);
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path;
}

template <class Number>
std::optional<Number> numberOf(const std::string& text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

class Handler final : public Poco::XML::DefaultHandler {
public:
    std::vector<Resource> resources;

    void startElement(const Poco::XML::XMLString& space,
                      const Poco::XML::XMLString& name,
                      const Poco::XML::XMLString& /*qualified*/,
                      const Poco::XML::Attributes& /*attributes*/) override {
        text_.clear();
        if (space != dav) return;
        if (name == "response") current_ = Resource();
        if (name == "propstat") {
            properties_ = current_;
            found_ = true;
        }
        if (name == "collection") properties_.is_folder = true;
    }

    void endElement(const Poco::XML::XMLString& space,
                    const Poco::XML::XMLString& name,
                    const Poco::XML::XMLString& /*qualified*/) override {
        if (space != dav) return;
        if (name == "href" && current_.path.empty()) current_.path = pathOf(text_);
        if (name == "getcontentlength") properties_.size_bytes = numberOf<std::uint64_t>(text_).value_or(0);
        if (name == "getlastmodified") properties_.modified = timeOf(text_);
        if (name == "quota-available-bytes") takeQuota();
        if (name == "status") found_ = text_.find(" 200 ") != std::string::npos || text_.ends_with(" 200");
        if (name == "propstat" && found_) current_ = properties_;
        if (name == "response") resources.push_back(current_);
    }

    void characters(const Poco::XML::XMLChar characters[], int start, int length) override {
        text_.append(characters + start, static_cast<std::size_t>(length));
    }

private:
    static std::chrono::system_clock::time_point timeOf(const std::string& text) {
        const time_t seconds = curl_getdate(text.c_str(), nullptr);
        return std::chrono::system_clock::from_time_t(seconds < 0 ? 0 : seconds);
    }
    /// Nextcloud tells -3 and such where there is no limit.
    void takeQuota() {
        const auto bytes = numberOf<std::int64_t>(text_);
        if (bytes && *bytes >= 0) properties_.free_bytes = static_cast<std::uint64_t>(*bytes);
    }

    Resource current_;
    Resource properties_;
    bool found_ = false;
    std::string text_;
};

}  // namespace

const std::string_view propfind_body =
    R"(<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/>)"
    R"(<getlastmodified/><quota-available-bytes/></prop></propfind>)";

std::vector<Resource> parseMultistatus(const std::string& body) {
    Handler handler;
    Poco::XML::SAXParser parser;
    try {
        parser.setFeature(Poco::XML::XMLReader::FEATURE_NAMESPACES, true);
        parser.setContentHandler(&handler);
        parser.parseMemoryNP(body.data(), body.size());
    } catch (const Poco::Exception& exception) {
        throw Error(ErrorKind::Unavailable,
                    "the server's listing is not understood: " + exception.displayText());
    }
    return std::move(handler.resources);
}

}  // namespace dbackup::webdav
