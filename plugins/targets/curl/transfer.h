#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/run_context.h>

#include "session.h"

namespace dbackup::curl {

/// How a server is reached, the same for all requests to it.
struct Connection {
    std::chrono::seconds connect_timeout{15};
    /// When for so long no byte moves either way while a request is waited for, the server counts as lost.
    std::chrono::seconds stall_timeout{60};
    std::string ca_file;  ///< PEM; empty = the system's certificates
    bool verify_certificate = true;
};

struct IgnoreCase {
    using is_transparent = void;
    bool operator()(std::string_view left, std::string_view right) const noexcept;
};

/// What a server answered. Of a protocol without headers only the status counts: the last reply's code.
struct Response {
    long status = 0;
    std::map<std::string, std::string, IgnoreCase> headers;
    std::string body;
    /// A header's value; empty when absent.
    std::string header(std::string_view name) const;
};

/// One request and its answer, streamed both ways on the caller's thread. What the caller does not send or
/// receive is not buffered: the transfer pauses. Destroyed before its end, it breaks off (and its connection
/// with it). [one thread at a time, that of its session]
///
///     Transfer put(session, connection, run, "cannot write x to y");
///     put.set(CURLOPT_URL, ...); put.upload(size); put.addHeader(...);
///     put.send(bytes); ...
///     const Response answer = put.finish();
class Transfer {
public:
    /// @param what  how errors of this request begin: "cannot write x to https://host/y"
    /// @param run   outlives it
    Transfer(std::shared_ptr<Session> session,
             const Connection& connection,
             const sdk::RunContext& run,
             std::string what);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer();

    /// Any option of libcurl but callbacks and their data. @throws Error Internal when libcurl does not know
    /// it
    template <class Value>
    void set(CURLoption option, Value value) {
        check(curl_easy_setopt(handle_.get(), option, value));
    }
    /// "Name: value"; "Name:" leaves out one that libcurl would send.
    void addHeader(const std::string& header);
    /// Commands that are sent before the transfer itself (FTP). One that begins with '*' may fail.
    void quote(const std::vector<std::string>& commands);
    /// What follows is sent as the request's body. Without a size: chunked (HTTP), or until the end (FTP).
    void upload(std::optional<std::uint64_t> size);

    /// Returns when libcurl has taken all bytes. Does nothing once the server has answered: finish() tells
    /// what.
    /// @throws Error Unavailable, Authentication, ...; Cancelled
    void send(std::span<const std::byte> bytes);
    /// Ends the body, and waits for the whole answer.
    /// @param body_limit  in bytes; a longer body is an error
    /// @throws Error Unavailable, Authentication, NotFound, NoSpace, ... of the connection; a status of 400
    /// and more is none. Cancelled
    Response finish(std::size_t body_limit = 8U << 20);

    /// Waits for the answer's head. Its body is still to come, by receive() or finish(). @throws as finish()
    const Response& head();
    /// The answer's body; 0 is its end. @throws as finish()
    std::size_t receive(std::span<std::byte> into);

    /// For several transfers of one session at a time: sends and ends without waiting. The bytes must stay
    /// until ended().
    void start(std::span<const std::byte> whole_body);
    /// Has the answer come to its end, or failed? Then finish() does not wait.
    bool isEnded() const noexcept { return ended_; }

    /// The status, or the code of the last reply, so far; 0 before any.
    long status() const noexcept;
    /// The error that a code of libcurl means.
    sdk::Error errorOf(CURLcode code) const;
    CURL* handle() noexcept { return handle_.get(); }

private:
    friend class Session;
    static Transfer& of(CURL* handle) noexcept;
    static std::size_t onRead(char* into, std::size_t size, std::size_t count, void* self);
    static std::size_t onWrite(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t onHeader(char* bytes, std::size_t size, std::size_t count, void* self);

    void setDefaults(const Connection& connection);
    void check(CURLcode code) const;
    void begin();
    void wait(const std::function<bool()>& done);
    void resume();
    void ended(CURLcode result) noexcept;
    void throwIfFailed() const;
    void takeHeader(std::string_view line);
    bool moved();

    std::shared_ptr<Session> session_;
    const sdk::RunContext& run_;
    const std::string what_;
    const std::chrono::seconds stall_timeout_;
    EasyHandle handle_;
    std::array<char, CURL_ERROR_SIZE> words_{};  // of libcurl, on what went wrong
    struct ListDeleter {
        void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
    };
    using List = std::unique_ptr<curl_slist, ListDeleter>;
    void append(List& list, const std::string& text) const;

    List headers_;
    List commands_;

    bool begun_ = false;
    bool uploads_ = false;
    bool ended_ = false;
    CURLcode result_ = CURLE_OK;
    Response response_;
    bool head_done_ = false;

    std::span<const std::byte> outgoing_;
    bool body_ended_ = false;
    bool send_paused_ = false;
    std::string incoming_;  // at most what libcurl hands over at once
    std::size_t taken_ = 0;
    bool receive_paused_ = false;
    std::uint64_t events_ = 0;  // whatever moves
    std::uint64_t events_seen_ = 0;
    curl_off_t moved_bytes_ = 0;
};

}  // namespace dbackup::curl
