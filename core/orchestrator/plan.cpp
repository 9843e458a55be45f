#include "core/orchestrator/plan.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace dbackup::orchestrator {

namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

std::string suspectsOf(const std::vector<const protocol::ComponentRef*>& components) {
    std::string names;
    for (const auto* component : components) {
        names += (names.empty() ? "" : ", ") + component->component;
    }
    return names;
}

}  // namespace

RunPlan Planner::plan(const Execution& execution, const std::string& scratch) const {
    const protocol::RunSetup setup{scratch, parts_.worker.tool_path, true};
    if (execution.type == "Restore") return planRestore(execution, setup);
    if (execution.type == "Verification") return planVerification(execution, setup);
    return planBackup(execution, setup);
}

RunPlan Planner::planVerification(const Execution& execution, const protocol::RunSetup& setup) const {
    const VerificationCommand command = verificationCommandFrom(execution.request);
    const protocol::ComponentRequest request{
        setup, component(command.destination_id, "destination"), command.path};
    return {"verify", protocol::toJson(request), suspectsOf({&request.component}), {}};
}

RunPlan Planner::planBackup(const Execution& execution, const protocol::RunSetup& setup) const {
    const Job job = jobOf(execution);
    protocol::BackupRequest request;
    request.setup = setup;
    request.execution_id = execution.id;
    request.job_id = job.id;
    request.job_name = job.name;
    request.path = execution.path;
    request.created_at = execution.started_at.value_or(execution.queued_at);
    request.trigger_type = execution.trigger_type;
    request.trigger_label = execution.trigger_label;
    request.locked = execution.lock;
    request.sources.push_back({component(job.source_id, "source"), job.databases, job.format});
    for (const auto& source : job.more_source_ids) {
        request.sources.push_back({component(source, "source"), {}, ""});
    }
    for (const auto& destination : job.destinations) {
        request.destinations.push_back({component(destination.adapter_id, "destination"),
                                        static_cast<unsigned>(destination.retries),
                                        static_cast<std::uint64_t>(destination.bandwidth_limit),
                                        destination.verify});
    }
    request.compression = lower(job.compression);
    request.compression_level = job.compression_level;
    request.parallel = job.parallel;
    request.spool_bytes = static_cast<std::uint64_t>(job.spool_bytes);
    request.spool_folder = parts_.worker.spool_folder;
    std::vector<const protocol::ComponentRef*> components;
    for (const auto& source : request.sources) {
        components.push_back(&source.component);
    }
    std::vector<protocol::ComponentRef> destinations;
    for (const auto& destination : request.destinations) {
        components.push_back(&destination.component);
        destinations.push_back(destination.component);
    }
    return {"backup", protocol::toJson(request), suspectsOf(components), std::move(destinations)};
}

RunPlan Planner::planRestore(const Execution& execution, const protocol::RunSetup& setup) const {
    const RestoreCommand command = restoreCommandFrom(execution.request);
    protocol::RestoreRequest request;
    request.setup = setup;
    request.execution_id = execution.id;
    request.origin = component(command.destination_id, "destination");
    request.path = command.path;
    request.target = component(command.target_source_id, "target source");
    request.items = command.items;
    request.globals = command.globals;
    request.overwrite = command.overwrite;
    request.no_owner = command.no_owner;
    request.source_id = command.source_id;
    request.selection = command.selection;
    request.owners = command.owners;
    return {"restore", protocol::toJson(request), suspectsOf({&request.target, &request.origin}), {}};
}

JsonObject::Ptr Planner::metadata(const Execution& execution) const {
    auto json = newObject();
    if (execution.type == "Restore") {
        const RestoreCommand command = restoreCommandFrom(execution.request);
        json->set("label", command.path);
        describeSource(command.target_source_id, *json);
        return json;
    }
    if (execution.type == "Verification") {
        const VerificationCommand command = verificationCommandFrom(execution.request);
        json->set("label", command.path);
        json->set("destinationId", command.destination_id);
        return json;
    }
    if (execution.lock) json->set("lock", true);
    if (const auto job = parts_.jobs.find(execution.job_id)) {
        json->set("label", job->name);
        json->set("jobName", job->name);
        describeSource(job->source_id, *json);
    }
    return json;
}

void Planner::describeSource(const std::string& adapter_id, JsonObject& metadata) const {
    if (const auto source = parts_.adapters.find(adapter_id)) {
        metadata.set("sourceName", source->name);
        metadata.set("sourceType", source->adapter_id);
        metadata.set("adapterId", source->adapter_id);
    }
}

void Planner::describe(const protocol::BackupResult& result,
                       const std::string& path,
                       JsonObject& metadata) const {
    JsonArray::Ptr destinations = new JsonArray;
    for (const auto& destination : result.destinations) {
        const auto adapter = parts_.adapters.find(destination.id);
        auto json = newObject();
        json->set("configId", destination.id);
        json->set("name", destination.name);
        json->set("adapterId", adapter ? adapter->adapter_id : std::string());
        json->set("path", path);
        json->set("status", destination.ok ? "success" : "failed");
        if (!destination.error.empty()) json->set("error", destination.error);
        destinations->add(json);
    }
    std::set<std::string> names;
    for (const auto& artifact : result.artifacts) {
        if (artifact.contents == "database") names.insert(artifact.database);
    }
    JsonArray::Ptr databases = new JsonArray;
    for (const auto& name : names) {
        databases->add(name);
    }
    metadata.set("count", names.size());
    metadata.set("names", databases);
    metadata.set("engineVersion", result.engine_version);
    metadata.set("destinations", destinations);
}

Job Planner::jobOf(const Execution& execution) const {
    auto job = parts_.jobs.find(execution.job_id);
    if (!job) {
        throw Error(ErrorKind::NotFound, "the job was deleted before its execution could start");
    }
    return std::move(*job);
}

protocol::ComponentRef Planner::component(const std::string& adapter_id, const std::string& what) const {
    const auto adapter = parts_.adapters.find(adapter_id);
    if (!adapter) {
        throw Error(ErrorKind::NotFound, "the " + what + " was deleted before the execution could start");
    }
    return components_.of(*adapter);
}

std::string toText(const VerificationCommand& command) {
    auto json = newObject();
    json->set("destinationId", command.destination_id);
    json->set("path", command.path);
    return dbackup::toText(JsonVar(json));
}

VerificationCommand verificationCommandFrom(const std::string& text) {
    const auto json = parseJsonObject(text, "the stored verification");
    return {textOr(*json, "destinationId"), textOr(*json, "path")};
}

std::string toText(const RestoreCommand& command) {
    JsonArray::Ptr items = new JsonArray;
    for (const auto& item : command.items) {
        auto json = newObject();
        json->set("original", item.original);
        json->set("target", item.target);
        items->add(json);
    }
    auto json = newObject();
    json->set("destinationId", command.destination_id);
    json->set("path", command.path);
    json->set("targetSourceId", command.target_source_id);
    json->set("items", items);
    json->set("globals", command.globals);
    json->set("overwrite", command.overwrite);
    json->set("noOwner", command.no_owner);
    json->set("sourceId", command.source_id);
    JsonArray::Ptr selection = new JsonArray;
    for (const auto& part : command.selection) {
        selection->add(part);
    }
    json->set("selection", selection);
    auto owners = newObject();
    for (const auto& [from, to] : command.owners) {
        owners->set(from, to);
    }
    json->set("owners", owners);
    return dbackup::toText(JsonVar(json));
}

RestoreCommand restoreCommandFrom(const std::string& text) {
    const auto json = parseJsonObject(text, "the stored restore");
    RestoreCommand command;
    command.destination_id = textOr(*json, "destinationId");
    command.path = textOr(*json, "path");
    command.target_source_id = textOr(*json, "targetSourceId");
    const auto items = arrayAt(*json, "items");
    for (std::size_t i = 0; items && i < items->size(); ++i) {
        const auto item = items->getObject(static_cast<unsigned>(i));
        command.items.push_back({textOr(*item, "original"), textOr(*item, "target")});
    }
    command.globals = flagOr(*json, "globals", false);
    command.overwrite = flagOr(*json, "overwrite", false);
    command.no_owner = flagOr(*json, "noOwner", false);
    command.source_id = textOr(*json, "sourceId");
    const auto selection = arrayAt(*json, "selection");
    for (std::size_t i = 0; selection && i < selection->size(); ++i) {
        command.selection.push_back(selection->getElement<std::string>(static_cast<unsigned>(i)));
    }
    if (const auto owners = objectAt(*json, "owners")) {
        for (const auto& from : owners->getNames()) {
            command.owners[from] = textOr(*owners, from);
        }
    }
    return command;
}

}  // namespace dbackup::orchestrator
