#include "core/worker/manifest_file.h"

#include <algorithm>

#include <dbackup/sdk/retry.h>

#include "core/model/object_name.h"
#include "core/pipeline/caught.h"

namespace dbackup::worker {

namespace {

constexpr std::size_t max_manifest_bytes = 16U << 20;
constexpr std::size_t read_bytes = 64U << 10;

}  // namespace

void requireBackupPath(const std::string& path) {
    if (isSafeObjectName(path) && std::count(path.begin(), path.end(), '/') == 1) return;
    throw Error(ErrorKind::Settings, "\"" + path + "\" is no path of a backup (<job>/<backup>)");
}

std::string manifestName(const std::string& path) {
    return path + "/" + std::string(Manifest::file_name);
}

std::string readObject(const pipeline::Destination& where, const std::string& name) {
    return pipeline::guarded(where.plugin(), [&] {
        const auto reader = where.target().open(name, {}, where.run());
        std::string text;
        std::size_t size = 0;
        while (true) {
            text.resize(size + read_bytes);
            const std::size_t got = reader->read(std::as_writable_bytes(std::span(text)).subspan(size));
            if (got == 0) break;
            size += got;
            if (size > max_manifest_bytes) {
                throw Error(ErrorKind::Integrity,
                            name + " on '" + where.name() + "' is too large to be a manifest");
            }
        }
        text.resize(size);
        return text;
    });
}

Manifest readManifest(const pipeline::Destination& where, const std::string& path) {
    return parseManifest(readObject(where, manifestName(path)), path);
}

std::string readBackupText(const pipeline::Destination& where, const std::string& path) {
    try {
        return readObject(where, manifestName(path));
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) throw;
        throw Error(ErrorKind::NotFound, "Backup \"" + path + "\" not found on '" + where.name() + "'");
    }
}

Manifest readBackup(const pipeline::Destination& where, const std::string& path) {
    return parseManifest(readBackupText(where, path), path);
}

const ManifestObject& objectOf(const Manifest& manifest, const std::string& name) {
    if (const ManifestObject* object = manifest.findObject(name)) return *object;
    constexpr std::size_t named = 10;
    std::string there;
    for (std::size_t i = 0; i < manifest.objects.size() && i < named; ++i)
        there += (i > 0 ? ", " : "") + manifest.objects[i].name;
    if (manifest.objects.size() > named) there += ", ...";
    throw Error(ErrorKind::NotFound,
                "Object \"" + name + "\" not found in backup " + manifest.path,
                "It has " + there);
}

void writeManifest(pipeline::Destination& where, const Manifest& manifest, const std::string& text) {
    const std::string name = manifestName(manifest.path);
    where.stored(name);
    const sdk::RetryPolicy policy{where.delivery().retries + 1, where.delivery().retry_delay};
    auto if_exists = sdk::IfExists::Fail;
    sdk::retry(policy, where.run(), [&] {
        pipeline::guarded(where.plugin(), [&] {
            const auto writer = where.target().create({name, text.size(), if_exists}, where.run());
            writer->write(std::as_bytes(std::span(text.data(), text.size())));
            if_exists = sdk::IfExists::Replace;  // from here on what is there may be ours
            writer->commit();
        });
    });
    std::string back;
    sdk::retry(policy, where.run(), [&] { back = readObject(where, name); });
    if (back != text) {
        throw Error(ErrorKind::Integrity, name + " on '" + where.name() + "' is not what was written");
    }
    parseManifest(back, manifest.path);
}

void removeStored(const pipeline::Destination& where,
                  sdk::RunContext& run,
                  const std::function<bool(const std::string&)>& which) {
    std::vector<std::string> names = where.names();
    // Last written, first removed: without its manifest it is no backup any more.
    std::reverse(names.begin(), names.end());
    for (const std::string& name : names) {
        if (which && !which(name)) continue;
        try {
            pipeline::guarded(where.plugin(), [&] { where.target().remove(name, run); });
        } catch (const Error& error) {
            run.log(sdk::LogLevel::Warning,
                    "Could not remove " + name + " from '" + where.name() + "': " + error.text());
        }
    }
}

std::vector<pipeline::Volume> volumesOf(const ManifestObject& object, const std::string& path) {
    std::vector<pipeline::Volume> volumes;
    for (const ManifestVolume& volume : object.volumes) {
        volumes.push_back(
            {path + "/" + volume.name, static_cast<std::uint64_t>(volume.size_bytes), volume.sha256});
    }
    return volumes;
}

}  // namespace dbackup::worker
