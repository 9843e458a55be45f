#include "core/model/manifest.h"

#include <algorithm>
#include <sstream>

#include <Poco/JSON/Stringifier.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/model/object_name.h"

namespace dbackup {

namespace {

constexpr std::string_view digest_key = "\"digest\": \"";
constexpr std::size_t digest_digits = 64;

JsonObject::Ptr toJson(const ManifestObject& object) {
    auto volumes = JsonArray::Ptr(new JsonArray);
    for (const auto& volume : object.volumes) {
        auto json = newObject();
        json->set("name", volume.name);
        json->set("size", volume.size_bytes);
        json->set("sha256", volume.sha256);
        volumes->add(json);
    }
    auto json = newObject();
    json->set("name", object.name);
    json->set("sourceId", object.source_id);
    json->set("database", object.database);
    json->set("contents", object.contents);
    json->set("format", object.format);
    json->set("compression", object.compression);
    json->set("size", object.size_bytes);
    json->set("originalSize", object.original_bytes);
    json->set("originalSha256", object.original_sha256);
    json->set("volumes", volumes);
    json->set("metadata", parseJsonObject(object.metadata, "the engine's metadata of " + object.name));
    return json;
}

JsonObject::Ptr toJson(const ManifestSource& source) {
    auto json = newObject();
    json->set("id", source.id);
    json->set("name", source.name);
    json->set("adapterId", source.adapter_id);
    json->set("engineVersion", source.engine_version);
    json->set("engineEdition", source.engine_edition);
    return json;
}

ManifestVolume volumeFrom(const JsonObject& json) {
    ManifestVolume volume{textOr(json, "name"), integerOr(json, "size", -1), textOr(json, "sha256")};
    if (!isSafeObjectName(volume.name) || volume.size_bytes < 0 || volume.sha256.size() != digest_digits) {
        throw Error(ErrorKind::Integrity, "a volume is described badly");
    }
    return volume;
}

ManifestObject objectFrom(const JsonObject& json) {
    ManifestObject object;
    object.name = textOr(json, "name");
    object.source_id = textOr(json, "sourceId");
    object.database = textOr(json, "database");
    object.contents = textOr(json, "contents");
    object.format = textOr(json, "format");
    object.compression = textOr(json, "compression");
    object.size_bytes = integerOr(json, "size", -1);
    object.original_bytes = integerOr(json, "originalSize", -1);
    object.original_sha256 = textOr(json, "originalSha256");
    if (const auto metadata = objectAt(json, "metadata")) {
        object.metadata = toText(JsonVar(metadata));
    }
    std::int64_t sum = 0;
    const auto volumes = arrayAt(json, "volumes");
    for (std::size_t i = 0; volumes && i < volumes->size(); ++i) {
        const auto volume = volumes->getObject(static_cast<unsigned>(i));
        object.volumes.push_back(volumeFrom(volume ? *volume : JsonObject()));
        sum += object.volumes.back().size_bytes;
    }
    if (object.name.empty() || object.volumes.empty() || sum != object.size_bytes ||
        object.original_bytes < 0) {
        throw Error(ErrorKind::Integrity, "object '" + object.name + "' is described badly");
    }
    return object;
}

ManifestSource sourceFrom(const JsonObject& json) {
    return {textOr(json, "id"),
            textOr(json, "name"),
            textOr(json, "adapterId"),
            textOr(json, "engineVersion"),
            textOr(json, "engineEdition")};
}

Manifest manifestFrom(const JsonObject& json) {
    Manifest manifest;
    manifest.path = textOr(json, "path");
    manifest.execution_id = textOr(json, "executionId");
    manifest.job_id = textOr(json, "jobId");
    manifest.job_name = textOr(json, "jobName");
    manifest.created_at = fromIso(textOr(json, "createdAt"));
    manifest.software = textOr(json, "software");
    manifest.locked = flagOr(json, "locked", false);
    if (const auto trigger = objectAt(json, "trigger")) {
        manifest.trigger_type = textOr(*trigger, "type");
        manifest.trigger_label = textOr(*trigger, "label");
    }
    const auto sources = arrayAt(json, "sources");
    for (std::size_t i = 0; sources && i < sources->size(); ++i) {
        const auto source = sources->getObject(static_cast<unsigned>(i));
        manifest.sources.push_back(sourceFrom(source ? *source : JsonObject()));
    }
    const auto objects = arrayAt(json, "objects");
    for (std::size_t i = 0; objects && i < objects->size(); ++i) {
        const auto object = objects->getObject(static_cast<unsigned>(i));
        manifest.objects.push_back(objectFrom(object ? *object : JsonObject()));
    }
    if (manifest.objects.empty()) {
        throw Error(ErrorKind::Integrity, "it names no object");
    }
    return manifest;
}

/// The place of the 64 digits of the digest, or npos.
std::size_t digestOffset(std::string_view text) {
    const std::size_t key = text.rfind(digest_key);
    if (key == std::string_view::npos || key + digest_key.size() + digest_digits > text.size()) {
        return std::string_view::npos;
    }
    return key + digest_key.size();
}

std::string digestOf(std::string text, std::size_t offset) {
    text.replace(offset, digest_digits, digest_digits, '0');
    return sha256Hex(text);
}

/// The text with its digest, which is the last member whatever there was before.
std::string sealed(JsonObject& json) {
    json.remove("digest");
    json.set("digest", std::string(digest_digits, '0'));
    std::ostringstream out;
    json.stringify(out, 2);
    std::string text = out.str() + "\n";
    const std::size_t offset = digestOffset(text);
    text.replace(offset, digest_digits, sha256Hex(text));
    return text;
}

}  // namespace

const ManifestObject* Manifest::findObject(std::string_view name) const {
    const auto bears = [&](const ManifestObject& object) {
        const auto& pieces = object.volumes;
        return object.name == name ||
               std::any_of(pieces.begin(), pieces.end(), [&](const auto& one) { return one.name == name; });
    };
    const auto found = std::find_if(objects.begin(), objects.end(), bears);
    return found == objects.end() ? nullptr : &*found;
}

std::int64_t Manifest::totalBytes() const {
    std::int64_t total = 0;
    for (const auto& object : objects) {
        total += object.size_bytes;
    }
    return total;
}

std::string toText(const Manifest& manifest) {
    auto trigger = newObject();
    trigger->set("type", manifest.trigger_type);
    trigger->set("label", manifest.trigger_label);
    auto sources = JsonArray::Ptr(new JsonArray);
    for (const auto& source : manifest.sources) {
        sources->add(toJson(source));
    }
    auto objects = JsonArray::Ptr(new JsonArray);
    for (const auto& object : manifest.objects) {
        objects->add(toJson(object));
    }
    auto json = newObject();
    json->set("formatVersion", Manifest::format_version);
    json->set("path", manifest.path);
    json->set("executionId", manifest.execution_id);
    json->set("jobId", manifest.job_id);
    json->set("jobName", manifest.job_name);
    json->set("createdAt", toIso(manifest.created_at));
    json->set("software", manifest.software);
    json->set("locked", manifest.locked);
    json->set("trigger", trigger);
    json->set("sources", sources);
    json->set("objects", objects);
    return sealed(*json);
}

std::string withLock(std::string_view text, std::string_view path, bool locked) {
    parseManifest(text, path);
    auto json = parseJsonObject(text, "the manifest");
    json->set("locked", locked);
    return sealed(*json);
}

Manifest parseManifest(std::string_view text, std::string_view path) {
    const std::string where = "the manifest of backup '" + std::string(path) + "'";
    const std::size_t offset = digestOffset(text);
    if (offset == std::string_view::npos ||
        digestOf(std::string(text), offset) != text.substr(offset, digest_digits)) {
        throw Error(ErrorKind::Integrity,
                    where + " is damaged: its digest does not agree with its text",
                    "restore another backup, or the manifest from another copy of the destination");
    }
    const auto json = parseJsonObject(text, where);
    const auto version = integerOr(*json, "formatVersion", 0);
    if (version != Manifest::format_version) {
        throw Error(ErrorKind::Unsupported,
                    where + " has format version " + std::to_string(version) + ", this program reads " +
                        std::to_string(Manifest::format_version),
                    "use a newer DBackup");
    }
    Manifest manifest;
    try {
        manifest = manifestFrom(*json);
    } catch (const Error& error) {
        throw Error(ErrorKind::Integrity, where + " cannot be used: " + error.what());
    }
    if (manifest.path != path) {
        throw Error(ErrorKind::Integrity, where + " belongs to another backup, '" + manifest.path + "'");
    }
    return manifest;
}

}  // namespace dbackup
