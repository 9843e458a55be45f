#include "connection.h"

#include <algorithm>

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// More would not be faster, only coarser.
constexpr std::uint64_t largest_chunk = 256U << 10;
/// After so long somebody on the way may have forgotten the connection without a word.
constexpr auto sure_time = std::chrono::seconds(5);
constexpr std::uint64_t smallest_chunk = 4U << 10;

/// Codes beyond version 3, which servers of it use all the same.
constexpr std::uint32_t file_already_exists = 11;
constexpr std::uint32_t write_protect = 12;
constexpr std::uint32_t no_space = 14;
constexpr std::uint32_t quota_exceeded = 15;

ErrorKind kindOf(std::uint32_t code) {
    switch (code) {
        case 2:   // no such file
        case 10:  // no such path
            return ErrorKind::NotFound;
        case 3:
        case write_protect:
            return ErrorKind::Permission;
        case 6:  // no connection
        case 7:  // connection lost
            return ErrorKind::Unavailable;
        case 8:
            return ErrorKind::Unsupported;
        case file_already_exists:
            return ErrorKind::AlreadyExists;
        case no_space:
        case quota_exceeded:
            return ErrorKind::NoSpace;
        default:
            return ErrorKind::Unavailable;
    }
}

/// From a server, so anything may be in it.
std::string printable(std::string_view text) {
    constexpr std::size_t longest = 200;
    std::string clean;
    for (const char each : text.substr(0, longest))
        clean += static_cast<unsigned char>(each) < 32 ? ' ' : each;
    return clean;
}

}  // namespace

Status statusFrom(const Answer& answer) {
    if (answer.type != PacketType::Status) {
        throw Error(ErrorKind::Unavailable,
                    "the server has given an answer of another kind than was asked for");
    }
    PacketReader reader(answer.body);
    Status status{reader.u32(), {}};
    // Some servers leave the text out.
    if (!reader.atEnd()) status.message = printable(reader.text());
    return status;
}

Connection::Connection(const ServerSettings& server,
                       HostKeyCheck& keys,
                       sdk::RunContext& run,
                       std::chrono::milliseconds connect_timeout)
    : connect_timeout_(server.connect_timeout),
      session_(server, keys, run, connect_timeout),
      channel_(session_, run, server.answer_timeout) {
    greet();
    if (offers(limits_extension)) learnLimits();
}

bool Connection::isAlive() {
    if (!channel_.isAlive()) return false;
    if (channel_.idleTime() < sure_time) return true;
    try {
        channel_.ignore(send(requests::lstat(".")));
        return channel_.drain(connect_timeout_);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled) throw;
        return false;  // the next connection tells why, if that fails, too
    }
}

void Connection::greet() {
    channel_.send(requests::init());
    const Answer answer = channel_.waitForVersion();
    PacketReader reader(answer.body);
    const std::uint32_t version = reader.u32();
    if (version < 3) {
        throw Error(ErrorKind::Unsupported,
                    serverName() + " speaks version " + std::to_string(version) + " of SFTP; 3 is needed");
    }
    while (!reader.atEnd()) {
        const std::string_view name = reader.text();
        reader.text();  // its version
        extensions_.emplace(name);
    }
}

void Connection::learnLimits() {
    const Answer answer = channel_.wait(send(requests::limits()));
    if (answer.type != PacketType::ExtendedReply) return;  // offered, yet refused: the usual sizes do
    PacketReader reader(answer.body);
    reader.u64();  // of a packet
    const auto chunk = [](std::uint64_t limit, std::uint32_t usual) {
        return limit == 0 ? usual
                          : static_cast<std::uint32_t>(std::clamp(limit, smallest_chunk, largest_chunk));
    };
    most_read_ = chunk(reader.u64(), most_read_);
    most_written_ = chunk(reader.u64(), most_written_);
}

Status Connection::status(std::uint32_t id, int patience) {
    return statusFrom(channel_.wait(id, patience));
}

std::pair<std::string, Status> Connection::handle(std::uint32_t id) {
    const Answer answer = channel_.wait(id);
    if (answer.type != PacketType::Handle) return {std::string(), statusFrom(answer)};
    return {std::string(PacketReader(answer.body).text()), Status{}};
}

std::optional<Attributes> Connection::attributes(std::uint32_t id, const std::string& what) {
    const Answer answer = channel_.wait(id);
    if (answer.type == PacketType::Attributes) return PacketReader(answer.body).attributes();
    const Status status = statusFrom(answer);
    if (status.isMissing()) return std::nullopt;
    throw errorFrom(what, status);
}

std::optional<std::uint64_t> Connection::freeBytes(std::string_view path) {
    if (!offers(statvfs_extension)) return std::nullopt;
    const Answer answer = channel_.wait(send(requests::statvfs(path)));
    if (answer.type != PacketType::ExtendedReply) return std::nullopt;
    PacketReader reader(answer.body);
    reader.u64();  // preferred size of a block
    const std::uint64_t block_bytes = reader.u64();
    reader.u64();  // blocks
    reader.u64();  // free ones
    const std::uint64_t available = reader.u64();
    return block_bytes * available;
}

Error Connection::errorFrom(const std::string& what, const Status& status) const {
    const std::string why = status.message.empty() ? "code " + std::to_string(status.code) : status.message;
    return {kindOf(status.code), "cannot " + what + " on " + serverName() + ": " + why};
}

}  // namespace dbackup::sftp
