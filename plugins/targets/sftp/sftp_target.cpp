#include "sftp_target.h"

#include <array>
#include <cstdio>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/object_names.h>
#include <dbackup/sdk/probe.h>

#include "object_list.h"
#include "object_reader.h"
#include "object_writer.h"
#include "requests.h"

namespace dbackup::sftp {

namespace {

using sdk::Error;
using sdk::ErrorKind;
using sdk::partsOf;

}  // namespace

SftpTarget::SftpTarget(const sdk::Settings& settings)
    : pool_(ServerSettings(settings)), folder_(pool_.server().path_prefix) {}

sdk::TargetLimits SftpTarget::limits() const {
    return {};
}

std::string SftpTarget::test(sdk::RunContext& run) {
    pool_.hostKey().learn();
    sdk::probe(*this, run);
    return findings(run);
}

std::string SftpTarget::findings(sdk::RunContext& run) {
    const auto connection = pool_.lease(run);
    std::string text =
        "A file was written, read and removed in " + folder_.pathOf("") + " on " + connection->serverName();
    if (const auto free = connection->freeBytes(folder_.pathOf(""))) {
        std::array<char, 64> gigabytes{};
        const int length = std::snprintf(
            gigabytes.data(), gigabytes.size(), "; %.1f GB are free there", static_cast<double>(*free) / 1e9);
        text.append(gigabytes.data(), static_cast<std::size_t>(length));
    }
    if (!connection->offers(fsync_extension)) {
        text +=
            "; it cannot be told to write files to its disk at once, so a power cut there may take the "
            "latest";
    }
    if (!pool_.hostKey().pinned()) {
        text += ". Its host key is " + pool_.hostKey().shown() +
                ": set hostKeyFingerprint to it, if it is the right one";
    }
    return text;
}

std::unique_ptr<sdk::ObjectWriter> SftpTarget::create(const sdk::ObjectSpec& spec, sdk::RunContext& run) {
    run.throwIfStopped();
    return std::make_unique<ObjectWriter>(pool_, folder_, spec, run);
}

std::unique_ptr<sdk::ObjectReader> SftpTarget::open(const std::string& name,
                                                    sdk::ByteRange range,
                                                    sdk::RunContext& run) {
    run.throwIfStopped();
    return std::make_unique<ObjectReader>(pool_, folder_, name, range, run);
}

std::optional<sdk::ObjectInfo> SftpTarget::stat(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    const std::string path = folder_.pathOf(joined(partsOf(name)));
    const auto connection = pool_.lease(run);
    const auto attributes =
        connection->attributes(connection->send(requests::lstat(path)), "look at " + path);
    if (!attributes || !attributes->isFile()) return std::nullopt;
    return infoOf(name, *attributes);
}

void SftpTarget::list(const std::string& prefix, const sdk::ListCallback& callback, sdk::RunContext& run) {
    run.throwIfStopped();
    auto connection = pool_.lease(run);
    try {
        if (!ObjectList(*connection, folder_, callback).walk(prefix)) connection.close();
    } catch (...) {
        connection.close();
        throw;
    }
}

bool SftpTarget::removeFile(std::vector<std::string> parts, sdk::RunContext& run) {
    const std::string path = folder_.pathOf(joined(parts));
    parts.pop_back();
    const auto connection = pool_.lease(run);
    const std::uint32_t id = connection->send(requests::remove(path));
    const std::vector<std::uint32_t> pruned = folder_.sendPrune(*connection, std::move(parts));
    const Status status = connection->status(id);
    for (const std::uint32_t each : pruned)
        connection->status(each);
    if (!status.ok() && !status.isMissing()) throw connection->errorFrom("remove " + path, status);
    return status.ok();
}

bool SftpTarget::remove(const std::string& name, sdk::RunContext& run) {
    run.throwIfStopped();
    return removeFile(partsOf(name), run);
}

void SftpTarget::cleanup(const std::string& token, sdk::RunContext& run) {
    run.throwIfStopped();
    const std::size_t slash = token.find_last_of('/');
    const std::string temporary = slash == std::string::npos ? token : token.substr(slash + 1);
    if (!sdk::isTemporaryName(temporary)) {
        throw Error(ErrorKind::Settings, "\"" + token + "\" is no leftover of an SFTP server");
    }
    std::vector<std::string> parts;
    if (slash != std::string::npos) parts = partsOf(token.substr(0, slash));
    parts.push_back(temporary);
    removeFile(std::move(parts), run);
}

}  // namespace dbackup::sftp
