#include "smb_target.h"

#include <algorithm>
#include <functional>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>
#include <dbackup/sdk/probe.h>

#include "listing.h"
#include "objects/object_name.h"
#include "share_path.h"
#include "smb_reader.h"
#include "smb_writer.h"
#include "tool_failure.h"

namespace dbackup::smb {

namespace {

using sdk::Error;
using sdk::ErrorKind;

constexpr std::size_t most_words = std::size_t{64} << 10;

struct NoObject final : sdk::ObjectReader {
    std::size_t read(std::span<std::byte>) override { return 0; }
};

/// Turns the lines of a recursive ls into objects. Each folder's rows come after a line "\folder".
class ListReader {
public:
    ListReader(const std::string& base, const std::string& prefix, const sdk::ListCallback& callback)
        : base_(base), prefix_(prefix), callback_(callback) {}

    /// @param first  the folder that is listed, as an object's name, "" or with a slash at its end
    void begin(const std::string& first) { folder_ = first; }

    /// @return false when the callback wants no more
    bool take(const std::string& line) {
        if (line.starts_with('\\')) {
            enter(line);
            return true;
        }
        const std::optional<ListRow> row = listRow(line);
        if (!row) {
            if (words_.size() < most_words) words_ += line + "\n";
            return true;
        }
        const std::string name = folder_ + row->name;
        if (row->folder || !name.starts_with(prefix_) || objects::isTemporary(name)) return true;
        return callback_({name, row->size_bytes, row->modified, {}});
    }

    const std::string& words() const noexcept { return words_; }

private:
    void enter(const std::string& line) {
        std::string path;
        for (std::size_t at = 1; at <= line.size();) {
            const std::size_t end = std::min(line.find('\\', at), line.size());
            path += ourPart(std::string_view(line).substr(at, end - at)) + "/";
            at = end + 1;
        }
        folder_ = path.substr(base_.empty() ? 0 : base_.size() + 1);
    }

    const std::string& base_;  ///< the target's folder on the share
    const std::string& prefix_;
    const sdk::ListCallback& callback_;
    std::string folder_;
    std::string words_;  ///< all that is no row
};

/// Calls back for each line of a tool's output; a false ends it.
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
        if (rest.size() > most_words)
            throw Error(ErrorKind::ToolFailed, "smbclient writes a line without end");
    }
    return rest.empty() || callback(rest);
}

}  // namespace

sdk::TargetLimits SmbTarget::limits() const {
    return {};
}

std::string SmbTarget::test(sdk::RunContext& run) {
    const std::string place = client_.settings().fullName("");
    sdk::probe(*this, run);
    return "A file was written, read and removed in " + place;
}

std::unique_ptr<sdk::ObjectWriter> SmbTarget::create(const sdk::ObjectSpec& spec, sdk::RunContext& run) {
    run.throwIfStopped();
    sdk::partsOf(spec.name);
    return std::make_unique<SmbWriter>(client_, names_, spec, run);
}

std::unique_ptr<sdk::ObjectReader> SmbTarget::open(const std::string& name,
                                                   sdk::ByteRange range,
                                                   sdk::RunContext& run) {
    const std::optional<sdk::ObjectInfo> info = stat(name, run);
    if (!info) throw Error(ErrorKind::NotFound, client_.settings().fullName(name) + " does not exist");
    const std::uint64_t rest = info->size_bytes - std::min(range.offset, info->size_bytes);
    const std::uint64_t expected = std::min(rest, range.length.value_or(rest));
    if (expected == 0) return std::make_unique<NoObject>();
    return std::make_unique<SmbReader>(client_, name, range, expected, run);
}

std::optional<sdk::ObjectInfo> SmbTarget::stat(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    sdk::partsOf(name);
    return client_.stat(name, run);
}

void SmbTarget::list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) {
    const std::string folder = objects::splitName(prefix).first;
    const std::string path = client_.pathOf(folder.substr(0, folder.empty() ? 0 : folder.size() - 1));
    std::string mask = quotedPath(path);
    mask.insert(mask.size() - 1, "\\*");
    sdk::Subprocess process(client_.command("recurse; ls " + mask, Words::ToOutput, run), run);
    ListReader reader(client_.settings().prefix, prefix, callback);
    reader.begin(folder);
    if (!forLines(process, [&](const std::string& line) { return reader.take(line); })) {
        process.kill();
        return;
    }
    const sdk::ExitStatus status = process.wait();
    // Of a folder within that it may not read, it only says so.
    if (status.ok() && statusIn(reader.words()).empty()) return;
    const Error error = toolFailure("cannot list " + client_.settings().fullName(folder),
                                    process.errorText() + "\n" + reader.words());
    if (error.kind() != ErrorKind::NotFound) throw Error(error);
}

bool SmbTarget::remove(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    sdk::partsOf(name);
    return client_.remove(name, run);
}

void SmbTarget::cleanup(const std::string& token, sdk::RunContext& run) {
    run.throwIfStopped();
    const auto [folder, last] = objects::splitName(token);
    if (!objects::isTemporary(last)) {
        throw Error(ErrorKind::Settings, "\"" + token + "\" is no leftover of a share");
    }
    if (!folder.empty()) sdk::partsOf(folder.substr(0, folder.size() - 1));
    client_.remove(token, run);
}

}  // namespace dbackup::smb
