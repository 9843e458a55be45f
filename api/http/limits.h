#pragma once

#include <chrono>
#include <cstddef>

/// Every bound of the HTTP layer that is not a setting.
namespace dbackup::api::limits {

/// A request body that is kept; a larger one is answered with 413.
inline constexpr std::size_t body_bytes = std::size_t{1} << 20U;
/// An unwanted body up to this size is read and thrown away, so that the connection can be used again.
inline constexpr std::size_t discarded_body_bytes = std::size_t{64} << 10U;
/// Size line of a chunk, extensions included; and all trailer fields together (RFC 9112, 7.1).
inline constexpr std::size_t chunk_line_bytes = 256;
inline constexpr std::size_t trailer_bytes = 8U << 10U;
/// Head fields of a request. Poco bounds the request line at 16 KiB, a name at 256 bytes, a value at 8 KiB.
inline constexpr int head_fields = 64;
/// An X-Request-Id that is taken over.
inline constexpr std::size_t request_id_bytes = 128;

/// From the first byte of a request to the last of its body.
inline constexpr std::chrono::seconds request_time{30};
/// How long a connection may idle between two requests.
inline constexpr std::chrono::seconds keep_alive_time{30};
/// How long one write may wait for a client that does not read.
inline constexpr std::chrono::seconds send_time{30};
/// How long we go on reading from a client that we have refused, so that it sees the answer.
inline constexpr std::chrono::seconds linger_time{2};

/// Client addresses the rate limiter remembers, per category.
inline constexpr std::size_t rate_clients = 10'000;

/// Connections that wait for a thread beyond those that have one.
inline constexpr int queued_connections = 64;
/// Stack of a connection's thread; only what is used costs memory.
inline constexpr int thread_stack_bytes = 1 << 20;

}  // namespace dbackup::api::limits
