#include "connection.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace dbackup::redis {

using sdk::Error;
using sdk::ErrorKind;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} * 1024;
constexpr std::size_t longest_line = std::size_t{64} * 1024;
constexpr std::int64_t largest_bulk = std::int64_t{64} << 20;
constexpr std::int64_t most_entries = 100'000;
/// A command beside a busy server may take longer than connecting.
constexpr auto longest_answer = std::chrono::seconds(60);

[[noreturn]] void noRedis(const Wire& wire) {
    throw Error(ErrorKind::Unavailable,
                wire.name() + " does not speak the protocol of Redis",
                "Check host and port, and whether the server wants TLS");
}

std::int64_t number(const std::string& text, std::int64_t most, const Wire& wire) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < -1 || value > most) noRedis(wire);
    return value;
}

}  // namespace

bool RespReader::more(Wire::Deadline deadline) {
    buffer_.erase(0, at_);
    at_ = 0;
    const std::size_t had = buffer_.size();
    buffer_.resize(had + buffer_bytes);
    const std::size_t got = wire_.read(std::as_writable_bytes(std::span(buffer_)).subspan(had), deadline);
    buffer_.resize(had + got);
    return got > 0;
}

std::string RespReader::line(Wire::Deadline deadline) {
    for (;;) {
        const std::size_t end = buffer_.find('\n', at_);
        if (end != std::string::npos) {
            std::string text = buffer_.substr(at_, end - at_);
            at_ = end + 1;
            if (text.ends_with('\r')) text.pop_back();
            return text;
        }
        if (buffer_.size() - at_ > longest_line) noRedis(wire_);
        if (!more(deadline)) {
            throw Error(ErrorKind::Unavailable, wire_.name() + " has closed the connection").canRetry();
        }
    }
}

std::string RespReader::bytes(std::size_t count, Wire::Deadline deadline) {
    while (buffer_.size() - at_ < count) {
        if (!more(deadline)) {
            throw Error(ErrorKind::Unavailable, wire_.name() + " has closed the connection").canRetry();
        }
    }
    std::string text = buffer_.substr(at_, count);
    at_ += count;
    return text;
}

Reply RespReader::reply(Wire::Deadline deadline) {
    return replyTo(line(deadline), deadline);
}

std::vector<std::string> RespReader::command(Wire::Deadline deadline) {
    const std::string head = line(deadline);
    std::vector<std::string> words;
    if (head.starts_with('*')) {
        for (Reply& each : replyTo(head, deadline).entries)
            words.push_back(std::move(each.text));
    } else {
        std::istringstream in(head);
        for (std::string word; in >> word;)
            words.push_back(word);
    }
    if (words.empty()) noRedis(wire_);
    return words;
}

Reply RespReader::replyTo(const std::string& head, Wire::Deadline deadline) {
    if (head.empty()) noRedis(wire_);
    const std::string rest = head.substr(1);
    Reply found;
    switch (head.front()) {
        case '+':
        case ':':
            found.text = rest;
            return found;
        case '-':
            found.text = rest;
            found.error = true;
            return found;
        case '$':
            if (const std::int64_t size = number(rest, largest_bulk, wire_); size >= 0) {
                found.text = bytes(static_cast<std::size_t>(size), deadline);
                bytes(2, deadline);
            }
            return found;
        case '*':
            for (std::int64_t left = number(rest, most_entries, wire_); left > 0; --left)
                found.entries.push_back(reply(deadline));
            return found;
        default:
            noRedis(wire_);
    }
}

std::size_t RespReader::read(std::span<std::byte> into, Wire::Deadline deadline) {
    if (at_ == buffer_.size()) return wire_.read(into, deadline);
    const auto held = std::as_bytes(std::span(buffer_)).subspan(at_);
    const std::size_t count = std::min(into.size(), held.size());
    std::copy_n(held.begin(), count, into.begin());
    at_ += count;
    return count;
}

Connection::Connection(const ServerSettings& server, sdk::RunContext& run)
    : timeout_(server.connect_timeout), wire_(server, run), reader_(wire_) {
    authenticate(server);
    timeout_ = longest_answer;
}

void Connection::authenticate(const ServerSettings& server) {
    if (!server.password.empty()) {
        std::vector<std::string> command{"AUTH"};
        if (!server.username.empty()) command.push_back(server.username);
        command.push_back(server.password.reveal());
        const Reply answer = tell(command);
        if (answer.error) {
            throw Error(ErrorKind::Authentication,
                        "Connection failed: " + wire_.name() + " refuses user and password: " + answer.text,
                        "Correct username and password");
        }
    }
    ask({"PING"});
}

Reply Connection::tell(const std::vector<std::string>& command) {
    const Wire::Deadline deadline = Clock::now() + timeout_;
    wire_.write(encoded(command), deadline);
    return reader_.reply(deadline);
}

Reply Connection::ask(const std::vector<std::string>& command) {
    Reply answer = tell(command);
    if (answer.error) throw errorFrom(wire_.name(), command.front(), answer.text);
    return answer;
}

std::map<std::string, std::string> Connection::info() {
    std::map<std::string, std::string> found;
    std::istringstream lines(ask({"INFO", "everything"}).text);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        const std::size_t colon = line.find(':');
        if (line.starts_with('#') || colon == std::string::npos) continue;
        std::string& value = found[line.substr(0, colon)];
        value +=
            (value.empty() ? "" : "\n") + line.substr(colon + 1);  // each module has a line of the same key
    }
    return found;
}

std::string Connection::config(const std::string& parameter) {
    const Reply answer = ask({"CONFIG", "GET", parameter});
    return answer.entries.size() == 2 ? answer.entries[1].text : std::string();
}

std::string encoded(const std::vector<std::string>& command) {
    std::string text = "*" + std::to_string(command.size()) + "\r\n";
    for (const std::string& each : command)
        text += "$" + std::to_string(each.size()) + "\r\n" + each + "\r\n";
    return text;
}

Error errorFrom(const std::string& server, const std::string& command, const std::string& answer) {
    const std::string message = server + " refuses " + command + ": " + answer;
    if (answer.starts_with("NOAUTH")) {
        return {ErrorKind::Authentication,
                "Connection failed: " + message,
                "Set the password, and the user if there is one"};
    }
    if (answer.starts_with("NOPERM")) {
        return {ErrorKind::Permission, message, "docs/engines/redis.md has the access rules that are needed"};
    }
    if (answer.starts_with("DENIED")) {
        return {
            ErrorKind::Permission, message, "Set a password on the server, or turn its protected mode off"};
    }
    if (answer.starts_with("ERR unknown command")) {
        return {
            ErrorKind::Unsupported, message, "The command was renamed or is not of this server's version"};
    }
    Error error(ErrorKind::Unavailable, message);
    return error.canRetry();
}

}  // namespace dbackup::redis
