#include "api/handlers/job_json.h"

#include "api/handlers/job_body.h"

namespace dbackup::api {

namespace {

void writeAdapterMember(JsonWriter& out, std::string_view key, const Adapter* adapter) {
    if (adapter == nullptr) {
        out.null(key);
        return;
    }
    out.beginObject(key);
    writeAdapterRow(out, *adapter);
    out.end();
}

std::string namesText(const std::vector<std::string>& names) {
    JsonWriter text;
    text.beginArray();
    for (const auto& name : names) {
        text.text(name);
    }
    text.end();
    return text.take();
}

void writeDestinations(JsonWriter& out,
                       const Job& job,
                       const JsonObject::Ptr& policies,
                       const AdapterIndex& adapters) {
    out.beginArray("destinations");
    for (const auto& destination : job.destinations) {
        out.beginObject()
            .text("id", destination.id)
            .text("jobId", job.id)
            .text("configId", destination.adapter_id)
            .number("priority", destination.priority)
            .text("retention", destination.retention)
            .number("retries", destination.retries)
            .number("bandwidthLimit", destination.bandwidth_limit)
            .text("verify", toString(destination.verify))
            .textOrNull("retentionPolicyId", policies ? textOr(*policies, destination.adapter_id) : "")
            .time("createdAt", job.created_at)
            .time("updatedAt", job.updated_at);
        writeAdapterMember(out, "config", adapters.find(destination.adapter_id));
        out.end();
    }
    out.end();
}

}  // namespace

void writeJob(JsonWriter& out, const Job& job, const AdapterIndex& adapters) {
    const JsonObject::Ptr extra = parseJsonObject(job.extra, "the job's kept members");
    out.text("id", job.id)
        .text("name", job.name)
        .text("schedule", job.schedule)
        .flag("enabled", job.enabled)
        .textOrNull("sourceId", job.source_id)
        .json("sourceIds", namesText(job.more_source_ids))
        .text("databases", namesText(job.databases))
        .null("encryptionProfileId")
        .text("compression", job.compression)
        .number("compressionLevel", job.compression_level)
        .number("parallel", job.parallel)
        .text("format", job.format)
        .number("spoolBytes", job.spool_bytes);
    for (const auto& [key, fallback] : keptMembers()) {
        const JsonVar value = extra->get(std::string(key));
        out.json(key, value.isEmpty() ? std::string(fallback) : toText(value));
    }
    out.time("createdAt", job.created_at).time("updatedAt", job.updated_at);
    writeAdapterMember(out, "source", adapters.find(job.source_id));
    writeDestinations(out, job, objectAt(*extra, std::string(kept_policies)), adapters);
    for (const char* relation : {"sources", "notifications", "notificationTemplates"}) {
        out.beginArray(relation).end();
    }
    out.null("encryptionProfile").null("schedulePreset");
}

}  // namespace dbackup::api
