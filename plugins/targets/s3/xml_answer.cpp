#include "xml_answer.h"

#include <charconv>
#include <map>

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Exception.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/SAXParser.h>

#include <dbackup/sdk/error.h>

#include "uri.h"

namespace dbackup::s3 {

namespace {

using Record = std::map<std::string, std::string>;
constexpr std::size_t deepest = 32;

std::string unquoted(std::string text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    return text;
}

/// Splits a body into records: the children of each element of one name, and those of the root.
class RecordReader final : public Poco::XML::DefaultHandler {
public:
    explicit RecordReader(std::string element) : element_(std::move(element)) {}

    void startElement(const Poco::XML::XMLString& /*uri*/,
                      const Poco::XML::XMLString& local,
                      const Poco::XML::XMLString& name,
                      const Poco::XML::Attributes& /*attributes*/) override {
        if (path_.size() == deepest) throw Poco::DataException("elements are nested too deeply");
        path_.push_back(local.empty() ? name : local);
        text_.clear();
        if (path_.size() == 1) root = path_.front();
        if (path_.size() == 2 && path_.back() == element_) records.emplace_back();
    }
    void endElement(const Poco::XML::XMLString& /*uri*/,
                    const Poco::XML::XMLString& /*local*/,
                    const Poco::XML::XMLString& /*name*/) override {
        if (path_.size() == 2 && path_.back() != element_) head[path_.back()] = text_;
        if (path_.size() == 3 && path_[1] == element_) records.back()[path_.back()] = text_;
        path_.pop_back();
        text_.clear();
    }
    void characters(const Poco::XML::XMLChar characters[], int start, int length) override {
        text_.append(characters + start, static_cast<std::size_t>(length));
    }

    std::string root;
    Record head;
    std::vector<Record> records;

private:
    const std::string element_;
    std::vector<std::string> path_;
    std::string text_;
};

/// @throws Poco::Exception
RecordReader parsed(std::string_view body, const std::string& element) {
    RecordReader reader(element);
    Poco::XML::SAXParser parser;
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_GENERAL_ENTITIES, false);
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_PARAMETER_ENTITIES, false);
    parser.setContentHandler(&reader);
    parser.parseMemoryNP(body.data(), body.size());
    return reader;
}

/// @param root  how the answer's outermost element must be called
RecordReader read(std::string_view body, const std::string& root, const std::string& element) {
    std::string why;
    try {
        RecordReader reader = parsed(body, element);
        if (reader.root == root) return reader;
        why = "it is a " + reader.root;
    } catch (const Poco::Exception& error) {
        why = error.displayText();
    }
    throw sdk::Error(sdk::ErrorKind::Unavailable,
                     "the server's answer is no " + root + ": " + why,
                     "Is this the address of an S3 server?")
        .canRetry();
}

std::string takeFrom(const Record& record, const std::string& name) {
    const auto found = record.find(name);
    return found == record.end() ? std::string() : found->second;
}

std::uint64_t numberOf(const std::string& text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

std::optional<ErrorAnswer> errorAnswerOf(std::string_view body) {
    try {
        const RecordReader reader = parsed(body, "");
        if (reader.root != "Error") return std::nullopt;
        return ErrorAnswer{takeFrom(reader.head, "Code"),
                           takeFrom(reader.head, "Message"),
                           takeFrom(reader.head, "Region"),
                           takeFrom(reader.head, "ServerTime")};
    } catch (const Poco::Exception&) {
        return std::nullopt;  // the page of a proxy, or nothing: the status says what there is to say
    }
}

std::string uploadIdOf(std::string_view body) {
    return takeFrom(read(body, "InitiateMultipartUploadResult", "").head, "UploadId");
}

std::string completedEtagOf(std::string_view body) {
    return unquoted(takeFrom(read(body, "CompleteMultipartUploadResult", "").head, "ETag"));
}

ObjectPage objectPageOf(std::string_view body) {
    const RecordReader reader = read(body, "ListBucketResult", "Contents");
    ObjectPage page;
    const bool is_encoded = takeFrom(reader.head, "EncodingType") == "url";
    for (const Record& record : reader.records) {
        const std::string key = takeFrom(record, "Key");
        page.objects.push_back({is_encoded ? uriDecode(key) : key,
                                numberOf(takeFrom(record, "Size")),
                                timeOf(takeFrom(record, "LastModified"))});
    }
    if (takeFrom(reader.head, "IsTruncated") != "true") return page;
    page.next = takeFrom(reader.head, "NextContinuationToken");
    if (page.next.empty()) {
        throw sdk::Error(sdk::ErrorKind::Unsupported,
                         "the server cuts its list and does not say how it goes on");
    }
    return page;
}

std::vector<OpenUpload> openUploadsOf(std::string_view body) {
    const RecordReader reader = read(body, "ListMultipartUploadsResult", "Upload");
    const bool is_encoded = takeFrom(reader.head, "EncodingType") == "url";
    std::vector<OpenUpload> uploads;
    for (const Record& record : reader.records) {
        const std::string key = takeFrom(record, "Key");
        uploads.push_back({is_encoded ? uriDecode(key) : key,
                           takeFrom(record, "UploadId"),
                           timeOf(takeFrom(record, "Initiated"))});
    }
    return uploads;
}

std::vector<RemoveFailure> removeFailuresOf(std::string_view body) {
    const RecordReader reader = read(body, "DeleteResult", "Error");
    std::vector<RemoveFailure> failures;
    for (const Record& record : reader.records) {
        failures.push_back({takeFrom(record, "Key"), takeFrom(record, "Code"), takeFrom(record, "Message")});
    }
    return failures;
}

std::string xmlText(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\r':
                out += "&#13;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::chrono::system_clock::time_point timeOf(const std::string& text) {
    int zone = 0;
    Poco::DateTime time;
    const bool is_iso =
        Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::ISO8601_FRAC_FORMAT, text, time, zone);
    if (!is_iso && !Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT, text, time, zone))
        return {};
    return std::chrono::system_clock::time_point(
        std::chrono::microseconds(time.timestamp().epochMicroseconds()));
}

}  // namespace dbackup::s3
