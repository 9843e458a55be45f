#include "api/handlers/job_body.h"

#include <algorithm>
#include <set>

#include "api/handlers/adapter_settings.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/protocol/messages.h"

namespace dbackup::api {

namespace {

constexpr int max_parallel = 32;
constexpr int max_priority = 1'000'000;
constexpr std::size_t max_destinations = 32;
/// Bounds that no installation comes near to, so that nothing overflows.
constexpr std::int64_t max_bytes = 1LL << 50;
/// Less would hold up the dump at once, and could not be kept to.
constexpr std::int64_t least_spool_bytes = 16LL << 20;
/// With less an upload looks as if it had stalled.
constexpr std::int64_t least_bandwidth = 1024;
constexpr std::size_t max_sources = 32;

int maxLevelOf(const std::string& compression) {
    return compression == "ZSTD" ? 19 : compression == "GZIP" ? 9 : 0;
}

std::string inQuotes(const std::string& name) {
    return '"' + name + '"';
}

// The engine's capabilities: {"formats":["dump","sql"], ...}
std::vector<std::string> formatsOf(const plugin::CatalogEntry& entry) {
    const JsonObject::Ptr capabilities =
        parseJsonObject(entry.component.capabilities, "the capabilities of " + entry.component.id);
    const JsonArray::Ptr formats = arrayAt(*capabilities, "formats");
    return formats ? textsOf(*formats).value_or(std::vector<std::string>()) : std::vector<std::string>();
}

class JobBody {
public:
    JobBody(const JsonObject::Ptr& json, const Services& services, Job& job)
        : body_(json), services_(services), job_(job) {}

    void apply() {
        readBasics();
        readDatabases();
        readCompression();
        if (body_.has("destinations")) {
            readDestinations();
        }
        keepMembers();
        refuseWhatWouldBeLost();
        checkSource();
        body_.throwIfFaulty();
    }

private:
    void readBasics() {
        job_.name = body_.name("name", max_job_name_bytes).value_or(job_.name);
        if (body_.has("schedule")) {
            job_.schedule = body_.text("schedule", 200).value_or("");
        }
        job_.enabled = body_.flag("enabled").value_or(job_.enabled);
        job_.parallel = static_cast<int>(body_.integer("parallel", 1, max_parallel).value_or(job_.parallel));
        if (body_.has("sourceId")) {
            job_.source_id = body_.text("sourceId").value_or("");
        }
        if (body_.has("sourceIds")) {
            job_.more_source_ids = body_.texts("sourceIds").value_or(std::vector<std::string>());
        }
        if (body_.has("format")) {
            job_.format = body_.text("format", 32).value_or("");
        }
        if (body_.has("spoolBytes")) {
            job_.spool_bytes = bytesOrNone(body_, "spoolBytes", least_spool_bytes);
        }
    }

    // 0 or a number of bytes that is not too small to make sense.
    static std::int64_t bytesOrNone(BodyFields& fields, const std::string& key, std::int64_t least) {
        const std::int64_t bytes = fields.integer(key, 0, max_bytes).value_or(0);
        if (bytes > 0 && bytes < least) {
            fields.fault(key, "must be 0 or at least " + std::to_string(least));
        }
        return bytes;
    }

    // An array, or one as JSON text, which is what GET answers.
    void readDatabases() {
        if (!body_.has("databases")) {
            return;
        }
        JsonVar value = body_.value("databases");
        if (value.isString()) {
            try {
                value = parseJson(value.extract<std::string>(), "databases");
            } catch (const Error&) {
                value = JsonVar(0);
            }
        }
        if (value.isEmpty()) {
            job_.databases.clear();
            return;
        }
        const auto names =
            value.type() == typeid(JsonArray::Ptr) ? textsOf(*value.extract<JsonArray::Ptr>()) : std::nullopt;
        const auto is_empty = [](const std::string& name) { return name.empty(); };
        if (!names || std::any_of(names->begin(), names->end(), is_empty)) {
            body_.fault("databases", "must be an array of names; an empty one means all databases");
            return;
        }
        job_.databases = *names;
    }

    void readCompression() {
        const auto compression = body_.text("compression");
        if (compression && *compression != "NONE" && *compression != "GZIP" && *compression != "ZSTD") {
            body_.fault("compression", "must be NONE, GZIP or ZSTD");
            return;
        }
        if (compression && *compression != job_.compression) {
            job_.compression = *compression;
            job_.compression_level = 0;
        }
        const auto level = body_.integer("compressionLevel", 0, maxLevelOf(job_.compression));
        job_.compression_level = static_cast<int>(level.value_or(job_.compression_level));
    }

    void readDestinations() {
        const JsonArray::Ptr list = body_.array("destinations");
        if (!list || list->size() == 0 || list->size() > max_destinations) {
            body_.fault("destinations",
                        "must be an array of 1 to " + std::to_string(max_destinations) + " destinations");
            return;
        }
        job_.destinations.clear();
        policies_ = newObject();
        for (std::size_t i = 0; i < list->size(); ++i) {
            const JsonVar element = list->get(static_cast<unsigned>(i));
            const std::string field = "destinations[" + std::to_string(i) + "]";
            if (element.type() != typeid(JsonObject::Ptr)) {
                body_.fault(field, "must be an object with a configId");
                continue;
            }
            readDestination(element.extract<JsonObject::Ptr>(), field + '.', static_cast<int>(i));
        }
        std::stable_sort(job_.destinations.begin(),
                         job_.destinations.end(),
                         [](const auto& a, const auto& b) { return a.priority < b.priority; });
    }

    void readDestination(const JsonObject::Ptr& json, const std::string& prefix, int index) {
        BodyFields fields(json, prefix);
        JobDestination destination;
        destination.id = newId();
        destination.adapter_id = fields.text("configId").value_or("");
        destination.priority = static_cast<int>(fields.integer("priority", 0, max_priority).value_or(index));
        if (const JsonObject::Ptr retention = fields.objectOrText("retention")) {
            destination.retention = toText(retention);
        }
        readDelivery(fields, destination);
        if (const auto policy = fields.text("retentionPolicyId"); policy && !policy->empty()) {
            policies_->set(destination.adapter_id, *policy);
        }
        checkDestination(destination, fields);
        body_.faults(fields);
        job_.destinations.push_back(std::move(destination));
    }

    static void readDelivery(BodyFields& fields, JobDestination& destination) {
        destination.retries = static_cast<int>(
            fields.integer("retries", 0, protocol::max_retries).value_or(destination.retries));
        destination.bandwidth_limit = bytesOrNone(fields, "bandwidthLimit", least_bandwidth);
        const auto verify = fields.text("verify", 32);
        if (!verify) {
            return;
        }
        if (const auto mode = verifyModeFrom(*verify)) {
            destination.verify = *mode;
        } else {
            fields.fault("verify", "must be size, checksum or full");
        }
    }

    void checkDestination(const JobDestination& destination, BodyFields& fields) const {
        const std::string& id = destination.adapter_id;
        if (id.empty()) {
            fields.fault("configId", "is required");
            return;
        }
        const auto adapter = services_.adapters.find(id);
        if (!adapter) {
            fields.sentence("configId", "Destination references unknown adapter " + inQuotes(id) + ".");
        } else if (adapter->type != AdapterType::Storage || adapter->storage_role == "SOURCE") {
            fields.sentence("configId",
                            "Adapter " + inQuotes(adapter->name) + " is not a backup destination.");
        }
        for (const auto& other : job_.destinations) {
            if (other.adapter_id == id) {
                fields.fault("configId", "is there twice");
            }
        }
    }

    void keepMembers() {
        JsonObject::Ptr extra = parseJsonObject(job_.extra, "the job's kept members");
        for (const auto& [key_view, fallback] : keptMembers()) {
            const std::string key(key_view);
            if (!body_.has(key)) {
                continue;
            }
            if (const JsonVar value = body_.value(key); value.isEmpty()) {
                extra->remove(key);
            } else {
                extra->set(key, value);
            }
        }
        if (policies_) {
            extra->set(std::string(kept_policies), policies_);
        }
        job_.extra = toText(extra);
    }

    // To accept these and do nothing would end in backups that lack what the caller counts upon.
    void refuseWhatWouldBeLost() {
        if (body_.given("encryptionProfileId")) {
            body_.fault("encryptionProfileId", "names no encryption profile: there are none yet");
        }
        if (const JsonArray::Ptr sources = body_.array("sources"); sources && sources->size() > 0) {
            body_.fault("sources", "must be empty: directories cannot be backed up yet");
        }
    }

    void checkSource() {
        if (job_.source_id.empty()) {
            body_.sentence(
                "sourceId",
                "Job must have at least one source: a database source or one or more directory sources.");
            return;
        }
        const auto source = services_.adapters.find(job_.source_id);
        if (!source) {
            body_.sentence("sourceId", "Source adapter " + inQuotes(job_.source_id) + " not found.");
            return;
        }
        if (source->type != AdapterType::Database) {
            body_.sentence("sourceId", "Adapter " + inQuotes(source->name) + " is not a database source.");
            return;
        }
        checkMoreSources();
        const auto* entry = services_.catalog.find("engine", source->adapter_id);
        if (job_.format.empty() || entry == nullptr) {
            return;
        }
        const auto formats = formatsOf(*entry);
        if (std::find(formats.begin(), formats.end(), job_.format) == formats.end()) {
            std::string known;
            for (const auto& format : formats) {
                known += (known.empty() ? "" : ", ") + format;
            }
            body_.fault("format", "must be one of: " + known);
        }
    }

    void checkMoreSources() {
        if (job_.more_source_ids.size() >= max_sources) {
            body_.fault("sourceIds", "must be fewer than " + std::to_string(max_sources));
            return;
        }
        std::set<std::string> seen = {job_.source_id};
        for (const auto& id : job_.more_source_ids) {
            const auto source = services_.adapters.find(id);
            if (!seen.insert(id).second) {
                body_.fault("sourceIds", "has a source twice, or that of sourceId");
            } else if (!source) {
                body_.sentence("sourceIds", "Source adapter " + inQuotes(id) + " not found.");
            } else if (source->type != AdapterType::Database) {
                body_.sentence("sourceIds",
                               "Adapter " + inQuotes(source->name) + " is not a database source.");
            }
        }
    }

    BodyFields body_;
    const Services& services_;
    Job& job_;
    JsonObject::Ptr policies_;
};

}  // namespace

const std::array<KeptMember, 10>& keptMembers() {
    static constexpr std::array<KeptMember, 10> members = {{{"namingTemplateId", "null"},
                                                            {"schedulePresetId", "null"},
                                                            {"pgCompression", "\"\""},
                                                            {"notificationEvents", "\"ALWAYS\""},
                                                            {"skipVerification", "false"},
                                                            {"verifyByHash", "false"},
                                                            {"backupMode", "\"FULL\""},
                                                            {"fullEveryDays", "7"},
                                                            {"notificationIds", "[]"},
                                                            {"notificationTemplateIds", "[]"}}};
    return members;
}

void applyJobBody(const JsonObject::Ptr& json, const Services& services, Job& job) {
    JobBody(json, services, job).apply();
}

}  // namespace dbackup::api
