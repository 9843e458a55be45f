#include "rclone_target.h"

#include <algorithm>
#include <functional>
#include <vector>

#include <dbackup/sdk/error.h>

#include "object_entry.h"
#include "objects/object_name.h"
#include "objects/probe.h"
#include "rclone_reader.h"
#include "rclone_writer.h"
#include "tool_failure.h"

namespace dbackup::rclone {

namespace {

using sdk::Error;
using sdk::ErrorKind;

/// rclone cuts a stream whose size it does not know into 10,000 parts of 5 MiB for S3.
constexpr std::uint64_t max_object_bytes = std::uint64_t{40} << 30;
constexpr std::size_t max_line_bytes = std::size_t{1} << 20;

struct NoObject final : sdk::ObjectReader {
    std::size_t read(std::span<std::byte>) override { return 0; }
};

/// Calls back for each line of a tool's output; a false ends it.
/// @return whether all lines were seen
bool forLines(sdk::Subprocess& process, const std::function<bool(const std::string& line)>& callback) {
    std::vector<char> buffer(64U << 10);
    std::string rest;
    while (const std::size_t count = process.read(std::as_writable_bytes(std::span(buffer)))) {
        rest.append(buffer.data(), count);
        std::size_t begin = 0;
        for (std::size_t end = 0; (end = rest.find('\n', begin)) != std::string::npos; begin = end + 1) {
            if (!callback(rest.substr(begin, end - begin))) return false;
        }
        rest.erase(0, begin);
        if (rest.size() > max_line_bytes)
            throw Error(ErrorKind::ToolFailed, "rclone writes a line without end");
    }
    return rest.empty() || callback(rest);
}

}  // namespace

sdk::TargetLimits RcloneTarget::limits() const {
    sdk::TargetLimits limits;
    limits.max_object_bytes = max_object_bytes;
    limits.max_name_bytes = 1000;
    return limits;
}

std::string RcloneTarget::test(sdk::RunContext& run) {
    const std::string& remote = rclone_.settings().remote;
    objects::probe(*this, remote, run);
    return "An object was written, read and removed in " + remote;
}

std::unique_ptr<sdk::ObjectWriter> RcloneTarget::create(const sdk::ObjectSpec& spec, sdk::RunContext& run) {
    run.throwIfStopped();
    objects::partsOf(spec.name);
    return std::make_unique<RcloneWriter>(rclone_, names_, spec, run);
}

std::unique_ptr<sdk::ObjectReader> RcloneTarget::open(const std::string& name,
                                                      sdk::ByteRange range,
                                                      sdk::RunContext& run) {
    // The look before is what tells an object from a folder, whose objects rclone cat would join.
    const std::optional<sdk::ObjectInfo> info = stat(name, run);
    if (!info) throw Error(ErrorKind::NotFound, rclone_.addressOf(name) + " does not exist");
    const std::uint64_t rest = info->size_bytes - std::min(range.offset, info->size_bytes);
    const std::uint64_t expected = std::min(rest, range.length.value_or(rest));
    if (expected == 0) return std::make_unique<NoObject>();
    return std::make_unique<RcloneReader>(rclone_, name, range.offset, expected, run);
}

std::optional<sdk::ObjectInfo> RcloneTarget::stat(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    objects::partsOf(name);
    return rclone_.stat(name, run);
}

void RcloneTarget::list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) {
    const std::string folder = objects::splitName(prefix).first;
    const std::string address = rclone_.addressOf(folder.substr(0, folder.empty() ? 0 : folder.size() - 1));
    const Call call = rclone_.call({"lsjson", "--recursive", "--files-only", "--no-mimetype", address}, run);
    sdk::Subprocess process(call.command, run);
    bool whole = false;
    const bool wanted = forLines(process, [&](const std::string& line) {
        whole = whole || line == "]";
        if (!line.starts_with('{')) return true;
        const std::string entry = line.ends_with(',') ? line.substr(0, line.size() - 1) : line;
        const auto info = objectEntry(sdk::Settings(entry), folder);
        const bool shown = info && info->name.starts_with(prefix) && !objects::isTemporary(info->name);
        return !shown || callback(*info);
    });
    if (!wanted) {
        process.kill();
        return;
    }
    const sdk::ExitStatus status = process.wait();
    const std::string what = "cannot list " + address;
    if (status.ok() && whole) return;
    if (status.ok()) throw Error(ErrorKind::ToolFailed, what + ": the list of rclone has no end");
    const Error error = toolFailure(what, status, process.errorText());
    if (error.kind() != ErrorKind::NotFound) throw Error(error);
}

bool RcloneTarget::remove(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    objects::partsOf(name);
    return rclone_.remove(name, run);
}

void RcloneTarget::cleanup(const std::string& token, sdk::RunContext& run) {
    run.throwIfStopped();
    const auto [folder, last] = objects::splitName(token);
    if (!objects::isTemporary(last)) {
        throw Error(ErrorKind::Settings, "\"" + token + "\" is no leftover of an rclone remote");
    }
    if (!folder.empty()) objects::partsOf(folder.substr(0, folder.size() - 1));
    rclone_.remove(token, run);
}

}  // namespace dbackup::rclone
