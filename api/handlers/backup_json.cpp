#include "api/handlers/backup_json.h"

#include "api/handlers/restore_body.h"

namespace dbackup::api {

namespace {

// "zstd" in a manifest is "ZSTD" to clients.
std::string contractName(const std::string& compression) {
    return compression == "zstd" ? "ZSTD" : compression == "gzip" ? "GZIP" : "";
}

void writeObject(JsonWriter& out, const ManifestObject& object) {
    out.beginObject()
        .text("name", object.name)
        .textOrNull("database", object.database)
        .text("contents", object.contents)
        .text("format", object.format)
        .text("compression", object.compression)
        .number("size", object.size_bytes)
        .number("originalSize", object.original_bytes)
        .text("originalSha256", object.original_sha256)
        .beginArray("volumes");
    for (const auto& volume : object.volumes) {
        out.beginObject()
            .text("name", volume.name)
            .number("size", volume.size_bytes)
            .text("sha256", volume.sha256)
            .end();
    }
    out.end().end();
}

void writeOrigin(JsonWriter& out, const Manifest& manifest) {
    if (!manifest.job_name.empty()) {
        out.text("jobName", manifest.job_name);
    }
    if (!manifest.sources.empty()) {
        const auto& source = manifest.sources.front();
        out.text("sourceName", source.name)
            .text("sourceType", source.adapter_id)
            .text("engineVersion", source.engine_version);
        if (!source.engine_edition.empty()) {
            out.text("engineEdition", source.engine_edition);
        }
    }
    const auto databases = databasesIn(manifest);
    const std::string label =
        databases.size() == 1 ? databases.front() : std::to_string(databases.size()) + " databases";
    out.beginObject("dbInfo")
        .number("count", static_cast<std::int64_t>(databases.size()))
        .text("label", label)
        .end();
    if (!manifest.trigger_type.empty()) {
        out.beginObject("trigger").text("type", manifest.trigger_type);
        if (!manifest.trigger_label.empty()) {
            out.text("actor", manifest.trigger_label);
        }
        out.end();
    }
}

}  // namespace

void writeBackup(JsonWriter& out, const StoredBackup& backup) {
    const Manifest& manifest = backup.manifest;
    out.text("name", manifest.path.substr(manifest.path.rfind('/') + 1))
        .text("path", manifest.path)
        .number("size", manifest.totalBytes())
        .time("lastModified", backup.modified);
    writeOrigin(out, manifest);
    out.flag("isEncrypted", false);
    if (!manifest.objects.empty()) {
        if (const std::string name = contractName(manifest.objects.front().compression); !name.empty()) {
            out.text("compression", name);
        }
    }
    out.flag("locked", manifest.locked).flag("hasFileIndex", false).text("backupType", "Full");
    if (!manifest.execution_id.empty()) {
        out.text("executionId", manifest.execution_id).text("jobId", manifest.job_id);
    }
    if (!backup.fault.empty()) {
        out.text("fault", backup.fault);
    }
    // Several objects have no checksum in common.
    if (manifest.objects.size() == 1 && manifest.objects.front().volumes.size() == 1) {
        out.text("checksum", manifest.objects.front().volumes.front().sha256);
    }
    if (const auto& check = backup.verification) {
        out.beginObject("verification")
            .time("verifiedAt", check->verified_at)
            .flag("passed", check->passed)
            .text("trigger", check->trigger);
        if (!check->error.empty()) out.text("error", check->error);
        out.end();
    }
    out.beginArray("objects");
    for (const auto& object : manifest.objects) {
        writeObject(out, object);
    }
    out.end();
}

void writeContents(JsonWriter& out, const Manifest& manifest) {
    out.beginArray("databases");
    for (const auto& name : databasesIn(manifest)) {
        out.text(name);
    }
    out.end();
    if (!manifest.sources.empty()) {
        out.text("sourceType", manifest.sources.front().adapter_id);
    }
    out.beginArray("sources");
    for (const auto& source : manifest.sources) {
        out.beginObject().text("id", source.id).text("name", source.name).text("type", source.adapter_id);
        out.beginArray("databases");
        for (const auto& object : manifest.objects) {
            if (object.source_id != source.id || object.contents != "database") continue;
            out.beginObject()
                .text("name", object.database)
                .text("object", object.name)
                .number("size", object.original_bytes)
                .end();
        }
        out.end().end();
    }
    out.end();
}

}  // namespace dbackup::api
