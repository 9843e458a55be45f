#include "transfer.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include <strings.h>

namespace dbackup::curl {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using SteadyClock = std::chrono::steady_clock;

/// libcurl reads and writes sockets in pieces of this size.
constexpr long buffer_bytes = 512L << 10;
constexpr long unauthorized = 401;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

bool IgnoreCase::operator()(std::string_view left, std::string_view right) const noexcept {
    return std::lexicographical_compare(
        left.begin(), left.end(), right.begin(), right.end(), [](unsigned char a, unsigned char b) {
            return std::tolower(a) < std::tolower(b);
        });
}

std::string Response::header(std::string_view name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
}

Transfer::Transfer(std::shared_ptr<Session> session,
                   const Connection& connection,
                   const sdk::RunContext& run,
                   std::string what)
    : session_(std::move(session)),
      run_(run),
      what_(std::move(what)),
      stall_timeout_(connection.stall_timeout),
      handle_(session_->takeHandle()) {
    setDefaults(connection);
}

Transfer::~Transfer() {
    if (begun_) curl_multi_remove_handle(session_->multi_.get(), handle_.get());
    // After a failure libcurl may keep buffers that stand in the way of a handle's next use.
    if (ended_ && result_ == CURLE_OK) session_->giveBack(std::move(handle_));
}

Transfer& Transfer::of(CURL* handle) noexcept {
    char* self = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &self);
    return *reinterpret_cast<Transfer*>(self);
}

void Transfer::setDefaults(const Connection& connection) {
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_SHARE, session_->share_.get());
    set(CURLOPT_ERRORBUFFER, words_.data());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(connection.connect_timeout.count()));
    set(CURLOPT_BUFFERSIZE, buffer_bytes);
    set(CURLOPT_UPLOAD_BUFFERSIZE, buffer_bytes);
    set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_WRITEFUNCTION, &Transfer::onWrite);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::onHeader);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_READFUNCTION, &Transfer::onRead);
    set(CURLOPT_READDATA, this);
    set(CURLOPT_SSL_VERIFYPEER, connection.verify_certificate ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, connection.verify_certificate ? 2L : 0L);
    if (!connection.ca_file.empty()) set(CURLOPT_CAINFO, connection.ca_file.c_str());
}

void Transfer::check(CURLcode code) const {
    if (code != CURLE_OK) throw Error(ErrorKind::Internal, what_ + ": " + curl_easy_strerror(code));
}

void Transfer::append(List& list, const std::string& text) const {
    curl_slist* appended = curl_slist_append(list.get(), text.c_str());
    if (!appended) throw Error(ErrorKind::Internal, what_ + ": out of memory");
    if (!list) list.reset(appended);
}

void Transfer::addHeader(const std::string& header) {
    append(headers_, header);
}

void Transfer::quote(const std::vector<std::string>& commands) {
    for (const std::string& command : commands)
        append(commands_, command);
    set(CURLOPT_QUOTE, commands_.get());
}

void Transfer::upload(std::optional<std::uint64_t> size) {
    uploads_ = true;
    set(CURLOPT_UPLOAD, 1L);
    if (size) set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(*size));
}

void Transfer::begin() {
    if (begun_) return;
    if (headers_) set(CURLOPT_HTTPHEADER, headers_.get());
    const CURLMcode code = curl_multi_add_handle(session_->multi_.get(), handle_.get());
    if (code != CURLM_OK) throw Error(ErrorKind::Internal, what_ + ": " + curl_multi_strerror(code));
    begun_ = true;
}

void Transfer::start(std::span<const std::byte> whole_body) {
    outgoing_ = whole_body;
    body_ended_ = true;
    begin();
    session_->step();
}

void Transfer::send(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    begin();
    outgoing_ = bytes;
    resume();
    wait([this] { return outgoing_.empty(); });
    outgoing_ = {};
    throwIfFailed();
}

Response Transfer::finish(std::size_t body_limit) {
    body_ended_ = true;
    begin();
    resume();
    while (true) {
        wait([this] { return taken_ < incoming_.size(); });
        response_.body.append(incoming_, taken_);
        incoming_.clear();
        taken_ = 0;
        if (response_.body.size() > body_limit) {
            throw Error(ErrorKind::Unavailable, what_ + ": the server's answer is longer than expected");
        }
        if (ended_) break;
        resume();
    }
    throwIfFailed();
    return std::move(response_);
}

const Response& Transfer::head() {
    body_ended_ = true;
    begin();
    resume();
    wait([this] { return head_done_ || taken_ < incoming_.size(); });
    throwIfFailed();
    return response_;
}

std::size_t Transfer::receive(std::span<std::byte> into) {
    if (into.empty()) return 0;
    head();
    if (taken_ == incoming_.size()) {
        incoming_.clear();
        taken_ = 0;
        resume();
        wait([this] { return !incoming_.empty(); });
        // What arrived before a connection broke is handed out; the next call tells.
        if (incoming_.empty()) throwIfFailed();
    }
    const std::size_t count = std::min(into.size(), incoming_.size() - taken_);
    std::memcpy(into.data(), incoming_.data() + taken_, count);
    taken_ += count;
    return count;
}

void Transfer::resume() {
    if (ended_) return;
    const bool send = send_paused_ && (!outgoing_.empty() || body_ended_);
    const bool take = receive_paused_ && taken_ == incoming_.size();
    if (!send && !take) return;
    if (send) send_paused_ = false;
    if (take) receive_paused_ = false;
    const int still = (send_paused_ ? CURLPAUSE_SEND : 0) | (receive_paused_ ? CURLPAUSE_RECV : 0);
    const CURLcode code = curl_easy_pause(handle_.get(), still);
    if (code != CURLE_OK) throw Error(errorOf(code));
}

void Transfer::wait(const std::function<bool()>& done) {
    auto last_move = SteadyClock::now();
    if (ended_ || done()) return;
    session_->drive(run_, [&] {
        if (ended_ || done()) return true;
        const auto now = SteadyClock::now();
        if (moved()) last_move = now;
        if (now - last_move < stall_timeout_) return false;
        throw Error(
            ErrorKind::Unavailable,
            what_ + ": the server has not moved a byte for " + std::to_string(stall_timeout_.count()) + " s")
            .canRetry();
    });
}

bool Transfer::moved() {
    curl_off_t up = 0;
    curl_off_t down = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(handle_.get(), CURLINFO_SIZE_DOWNLOAD_T, &down);
    const bool any = up + down != moved_bytes_ || events_ != events_seen_;
    moved_bytes_ = up + down;
    events_seen_ = events_;
    return any;
}

void Transfer::ended(CURLcode result) noexcept {
    ended_ = true;
    result_ = result;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &response_.status);
}

long Transfer::status() const noexcept {
    long code = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
    return code;
}

void Transfer::throwIfFailed() const {
    if (ended_ && result_ != CURLE_OK) throw Error(errorOf(result_));
}

std::size_t Transfer::onRead(char* into, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    ++transfer.events_;
    if (transfer.outgoing_.empty()) {
        if (transfer.body_ended_) return 0;
        transfer.send_paused_ = true;
        return CURL_READFUNC_PAUSE;
    }
    const std::size_t bytes = std::min(size * count, transfer.outgoing_.size());
    std::memcpy(into, transfer.outgoing_.data(), bytes);
    transfer.outgoing_ = transfer.outgoing_.subspan(bytes);
    return bytes;
}

std::size_t Transfer::onWrite(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    ++transfer.events_;
    if (transfer.taken_ < transfer.incoming_.size()) {
        transfer.receive_paused_ = true;
        return CURL_WRITEFUNC_PAUSE;  // libcurl hands the same bytes over again
    }
    try {
        transfer.incoming_.assign(bytes, size * count);
    } catch (const std::exception&) {
        return CURL_WRITEFUNC_ERROR;  // out of memory; libcurl tells
    }
    transfer.taken_ = 0;
    return size * count;
}

std::size_t Transfer::onHeader(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    ++transfer.events_;
    try {
        transfer.takeHeader({bytes, size * count});
    } catch (const std::exception&) {
        return 0;  // out of memory; libcurl tells
    }
    return size * count;
}

void Transfer::takeHeader(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // another head: that of a redirection or of "100 Continue" came before
        response_.headers.clear();
        return;
    }
    const std::string_view text = trimmed(line);
    if (text.empty()) {
        curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &response_.status);
        // With digest authentication libcurl asks again after the first 401; a last one is followed by a body
        // or the end.
        head_done_ = response_.status >= 200 && response_.status != unauthorized;
        return;
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return;
    response_.headers[std::string(text.substr(0, colon))] = trimmed(text.substr(colon + 1));
}

}  // namespace dbackup::curl
