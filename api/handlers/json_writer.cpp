#include "api/handlers/json_writer.h"

namespace dbackup::api {

namespace {

constexpr std::string_view replacement = "\\ufffd";

unsigned char byteAt(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

// Length of the UTF-8 sequence at `at` (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF), or 0.
std::size_t sequenceLength(std::string_view text, std::size_t at) {
    const unsigned lead = byteAt(text, at);
    const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                               : lead >= 0xE0 && lead <= 0xEF ? 3
                               : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                              : 0;
    if (length == 0 || text.size() - at < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byteAt(text, at + i) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    const unsigned second = byteAt(text, at + 1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool beyond = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return overlong || beyond ? 0 : length;
}

void appendEscaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default: {
            constexpr std::string_view digits = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(c);
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 0xFU];
        }
    }
}

bool isPlain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

}  // namespace

JsonWriter& JsonWriter::end() {
    text_ += closers_.back();
    closers_.pop_back();
    return *this;
}

JsonWriter& JsonWriter::textOrNull(std::string_view key, std::string_view value) {
    return value.empty() ? null(key) : text(key, value);
}

JsonWriter& JsonWriter::number(std::string_view key, std::int64_t value) {
    return name(key).raw(std::to_string(value));
}

JsonWriter& JsonWriter::number(std::string_view key, std::optional<std::int64_t> value) {
    return value ? number(key, *value) : null(key);
}

JsonWriter& JsonWriter::time(std::string_view key, const std::optional<TimePoint>& value) {
    return value ? time(key, *value) : null(key);
}

JsonWriter& JsonWriter::text(std::string_view value) {
    separate();
    quote(value);
    return *this;
}

std::string JsonWriter::take() {
    std::string text = std::move(text_);
    text_.clear();
    return text;
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    text_ += bracket;
    closers_ += bracket == '{' ? '}' : ']';
    return *this;
}

JsonWriter& JsonWriter::name(std::string_view key) {
    separate();
    quote(key);
    text_ += ':';
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    text_ += json;
    return *this;
}

// A quoted text ends in a quote, so the last byte tells where we are.
void JsonWriter::separate() {
    const char last = text_.empty() ? ':' : text_.back();
    if (last != '{' && last != '[' && last != ':') {
        text_ += ',';
    }
}

void JsonWriter::quote(std::string_view value) {
    text_ += '"';
    std::size_t at = 0;
    while (at < value.size()) {
        std::size_t plain_end = at;
        while (plain_end < value.size() && isPlain(value[plain_end])) {
            ++plain_end;
        }
        text_ += value.substr(at, plain_end - at);
        at = plain_end;
        if (at == value.size()) {
            break;
        }
        if (byteAt(value, at) < 0x80) {
            appendEscaped(text_, value[at]);
            ++at;
        } else if (const std::size_t length = sequenceLength(value, at); length > 0) {
            text_ += value.substr(at, length);
            at += length;
        } else {
            text_ += replacement;
            ++at;
        }
    }
    text_ += '"';
}

JsonWriter success() {
    JsonWriter writer;
    writer.beginObject().flag("success", true);
    return writer;
}

Response respond(JsonWriter& writer, int status) {
    Response response;
    response.status = status;
    response.body = writer.take();
    return response;
}

Response done() {
    JsonWriter out = success();
    out.end();
    return respond(out);
}

}  // namespace dbackup::api
