#include "rsync_target.h"

#include <algorithm>

#include <dbackup/sdk/error.h>

#include "objects/object_name.h"
#include "objects/probe.h"
#include "rsync_reader.h"
#include "rsync_writer.h"

namespace dbackup::rsync {

namespace {

using sdk::Error;
using sdk::ErrorKind;

struct NoObject final : sdk::ObjectReader {
    std::size_t read(std::span<std::byte>) override { return 0; }
};

}  // namespace

sdk::TargetLimits RsyncTarget::limits() const {
    return {};
}

std::string RsyncTarget::test(sdk::RunContext& run) {
    const std::string place = rsync_.settings().fullName("");
    objects::probe(*this, place, run);
    return "A file was written, read and removed in " + place;
}

std::unique_ptr<sdk::ObjectWriter> RsyncTarget::create(const sdk::ObjectSpec& spec, sdk::RunContext& run) {
    run.throwIfStopped();
    objects::partsOf(spec.name);
    return std::make_unique<RsyncWriter>(rsync_, names_, spec, run);
}

std::unique_ptr<sdk::ObjectReader> RsyncTarget::open(const std::string& name,
                                                     sdk::ByteRange range,
                                                     sdk::RunContext& run) {
    const std::optional<sdk::ObjectInfo> info = stat(name, run);
    if (!info) throw Error(ErrorKind::NotFound, rsync_.settings().fullName(name) + " does not exist");
    const std::uint64_t rest = info->size_bytes - std::min(range.offset, info->size_bytes);
    const std::uint64_t expected = std::min(rest, range.length.value_or(rest));
    if (expected == 0) return std::make_unique<NoObject>();
    return std::make_unique<RsyncReader>(rsync_, name, range.offset, range.offset + expected, run);
}

std::optional<sdk::ObjectInfo> RsyncTarget::stat(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    objects::partsOf(name);
    return rsync_.stat(name, run);
}

void RsyncTarget::list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) {
    const std::string folder = objects::splitName(prefix).first;
    const auto within = [&](const sdk::ObjectInfo& found) {
        sdk::ObjectInfo info = found;
        info.name = folder + found.name;
        const bool shown = info.name.starts_with(prefix) && !objects::isTemporary(info.name);
        return !shown || callback(info);
    };
    rsync_.list(folder, within, run);
}

bool RsyncTarget::remove(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    objects::partsOf(name);
    // It would remove a folder, too.
    return rsync_.stat(name, run) && rsync_.remove(name, run);
}

void RsyncTarget::cleanup(const std::string& token, sdk::RunContext& run) {
    run.throwIfStopped();
    if (token.find('/') != std::string::npos || !objects::isTemporary(token)) {
        throw Error(ErrorKind::Settings, "\"" + token + "\" is no leftover of rsync");
    }
    rsync_.remove(token, run);
}

}  // namespace dbackup::rsync
