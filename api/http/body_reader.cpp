#include "api/http/body_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <string_view>

#include <Poco/String.h>

#include "api/http/limits.h"
#include "api/http/message.h"

namespace dbackup::api {

namespace {

using Sink = std::function<void(const char* bytes, std::size_t size)>;

HttpError tooLarge(std::size_t limit) {
    return {413, "The request body is larger than " + std::to_string(limit) + " bytes"};
}

HttpError badRequest(const std::string& reason) {
    return {400, "Malformed request: " + reason};
}

void copyExactly(ByteReader& reader, std::uint64_t size, const Sink& sink) {
    std::array<char, 8192> buffer{};
    while (size > 0) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer.size()));
        const std::size_t got = reader.read(buffer.data(), wanted);
        if (got == 0) {
            throw badRequest("the body ends before its announced length");
        }
        sink(buffer.data(), got);
        size -= got;
    }
}

// A line without its CRLF.
std::string readLine(ByteReader& reader, std::size_t limit) {
    std::string line;
    for (int byte = reader.get(); byte != '\n'; byte = reader.get()) {
        if (byte < 0 || line.size() >= limit) {
            throw badRequest(byte < 0 ? "the body ends within a chunk"
                                      : "a line of the chunked body is too long");
        }
        line += static_cast<char>(byte);
    }
    if (line.ends_with('\r')) {
        line.pop_back();
    }
    return line;
}

std::uint64_t chunkSize(std::string_view line) {
    const std::string_view digits = line.substr(0, line.find_first_of("; \t"));
    std::uint64_t size = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (fault != std::errc() || end != digits.data() + digits.size()) {
        throw badRequest("a chunk does not begin with its size");
    }
    return size;
}

void copyChunks(ByteReader& reader, std::size_t limit, const Sink& sink) {
    std::uint64_t total = 0;
    while (const std::uint64_t size = chunkSize(readLine(reader, limits::chunk_line_bytes))) {
        if (size > limit || total + size > limit) {
            throw tooLarge(limit);
        }
        total += size;
        copyExactly(reader, size, sink);
        if (!readLine(reader, 1).empty()) {
            throw badRequest("a chunk is longer than its size");
        }
    }
    std::size_t trailer = 0;
    for (std::string line = readLine(reader, limits::trailer_bytes); !line.empty();
         line = readLine(reader, limits::trailer_bytes)) {
        trailer += line.size();
        if (trailer > limits::trailer_bytes) {
            throw badRequest("too many trailer fields");
        }
    }
}

void copyBody(ByteReader& reader, const Framing& framing, std::size_t limit, const Sink& sink) {
    if (framing.chunked) {
        copyChunks(reader, limit, sink);
    } else if (framing.length > limit) {
        throw tooLarge(limit);
    } else {
        copyExactly(reader, framing.length, sink);
    }
}

std::uint64_t lengthFrom(const std::string& text) {
    std::uint64_t length = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (fault != std::errc() || end != text.data() + text.size()) {
        throw badRequest("Content-Length is not a number of bytes");
    }
    return length;
}

}  // namespace

Framing Framing::of(const Poco::Net::HTTPRequest& head) {
    Framing framing;
    const auto coding = head.find(Poco::Net::HTTPMessage::TRANSFER_ENCODING);
    const auto length = head.find(Poco::Net::HTTPMessage::CONTENT_LENGTH);
    if (coding != head.end()) {
        if (Poco::icompare(coding->second, "chunked") != 0) {
            throw badRequest("only the transfer coding 'chunked' is understood");
        }
        if (length != head.end()) {
            throw badRequest("both Content-Length and Transfer-Encoding are given");
        }
        framing.chunked = true;
    } else if (length != head.end()) {
        framing.length = lengthFrom(length->second);
        const auto again = std::find_if(std::next(length), head.end(), [&](const auto& field) {
            return Poco::icompare(field.first, Poco::Net::HTTPMessage::CONTENT_LENGTH) == 0 &&
                   field.second != length->second;
        });
        if (again != head.end()) {
            throw badRequest("two different Content-Length fields");
        }
    }
    return framing;
}

std::string readBody(ByteReader& reader, const Framing& framing, std::size_t limit) {
    std::string body;
    if (!framing.chunked && framing.length <= limit) {
        body.reserve(static_cast<std::size_t>(framing.length));
    }
    copyBody(reader, framing, limit, [&](const char* bytes, std::size_t size) { body.append(bytes, size); });
    return body;
}

bool discardBody(ByteReader& reader, const Framing& framing, std::size_t limit) {
    try {
        copyBody(reader, framing, limit, [](const char*, std::size_t) {});
        return true;
    } catch (const HttpError&) {
        return false;  // the caller closes the connection instead
    }
}

}  // namespace dbackup::api
