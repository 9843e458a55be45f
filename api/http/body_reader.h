#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <Poco/Net/HTTPRequest.h>

namespace dbackup::api {

/// Bytes of a connection, as they come.
class ByteReader {
public:
    ByteReader() = default;
    ByteReader(const ByteReader&) = delete;
    ByteReader& operator=(const ByteReader&) = delete;
    virtual ~ByteReader() = default;
    /// @return the next byte, or -1 at the end
    virtual int get() = 0;
    /// @return how many bytes were read, at least one; 0 at the end
    virtual std::size_t read(char* into, std::size_t size) = 0;
};

/// How long a request's body is (RFC 9112, 6.3). Neither announced means: there is none.
struct Framing {
    bool chunked = false;
    std::uint64_t length = 0;

    /// @throws HttpError 400 when the head contradicts itself: a body that two readers would cut differently
    ///         is how one request is smuggled in another
    static Framing of(const Poco::Net::HTTPRequest& head);
};

/// Reads a whole body.
/// Poco's own streams take a cut or malformed chunked body for a complete one; this reader does not.
/// @throws HttpError 413 when it is longer than `limit` bytes; 400 when it is malformed or cut
std::string readBody(ByteReader& reader, const Framing& framing, std::size_t limit);

/// Reads a body and throws it away. @return false when it is longer than `limit`, malformed or cut
bool discardBody(ByteReader& reader, const Framing& framing, std::size_t limit);

}  // namespace dbackup::api
