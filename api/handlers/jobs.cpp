#include <mutex>
#include <set>

#include "api/handlers/bound.h"
#include "api/handlers/bulk.h"
#include "api/handlers/job_body.h"
#include "api/handlers/job_json.h"
#include "api/handlers/services.h"
#include "core/base/error.h"
#include "core/base/ids.h"

namespace dbackup::api {

namespace {

HttpError notFound() {
    return {404, "Job not found"};
}

// {"lock"?: bool}. Scripts send all sorts of bodies, or none: what is no JSON counts as none.
bool lockFrom(const Request& request) {
    if (request.body.empty()) {
        return false;
    }
    JsonVar body;
    try {
        body = parseJson(request.body, "the request body");
    } catch (const Error&) {
        return false;
    }
    if (body.type() != typeid(JsonObject::Ptr)) {
        throw HttpError(400, "Invalid request body", {{"lock", "must be a member of an object"}});
    }
    BodyFields fields(body.extract<JsonObject::Ptr>());
    const JsonVar lock = fields.value("lock");
    if (!lock.isEmpty() && !lock.isBoolean()) {
        throw HttpError(400, "Invalid request body", {{"lock", "must be true or false"}});
    }
    return fields.flag("lock").value_or(false);
}

void requireMembers(const BodyFields& body) {
    std::map<std::string, std::string> missing;
    for (const char* key : {"name", "destinations"}) {
        if (!body.given(key)) missing.emplace(key, "is required");
    }
    if (body.value("schedule").isEmpty()) {
        missing.emplace("schedule", "is required; an empty text means that nothing starts the job by itself");
    }
    if (!missing.empty()) {
        throw HttpError(400, "Missing required fields (name, schedule, destinations)", std::move(missing));
    }
}

class JobResource {
public:
    explicit JobResource(const Services& services) : services_(services) {}

    Response list(const Request& /*request*/) {
        const AdapterIndex adapters(services_.adapters);
        JsonWriter out;
        out.beginArray();
        for (const auto& job : services_.jobs.list()) {
            out.beginObject();
            writeListed(out, job, adapters);
            out.end();
        }
        out.end();
        return respond(out);
    }

    Response get(const Request& request) {
        const Job job = existing(request);
        JsonWriter out = success();
        out.beginObject("data");
        writeListed(out, job, AdapterIndex(services_.adapters));
        out.end().end();
        return respond(out);
    }

    Response create(const Request& request) {
        const JsonObject::Ptr json = request.json();
        requireMembers(BodyFields(json));
        Job job;
        applyJobBody(json, services_, job);
        job.id = newId();
        job.created_at = job.updated_at = services_.clock.now();
        services_.jobs.add(job);
        return rowResponse(job, 201);
    }

    Response update(const Request& request) {
        const JsonObject::Ptr json = request.json();
        const std::scoped_lock lock(changes_);
        Job job = existing(request);
        applyJobBody(json, services_, job);
        job.updated_at = services_.clock.now();
        services_.jobs.update(job);
        return rowResponse(job, 200);
    }

    Response remove(const Request& request) {
        const std::scoped_lock lock(changes_);
        if (!services_.jobs.remove(request.param("id"))) {
            throw notFound();
        }
        return done();
    }

    Response run(const Request& request) {
        const std::string id = services_.orchestrator.startBackup(
            request.param("id"), {"Api", request.principal.label}, lockFrom(request));
        JsonWriter out = success();
        out.text("executionId", id).text("message", "Job queued successfully").end();
        return respond(out);
    }

    Response clone(const Request& request) {
        BodyFields body(request.body.empty() ? newObject() : request.json());
        const auto name = body.name("name", max_job_name_bytes);
        body.throwIfFaulty();
        const std::scoped_lock lock(changes_);
        auto original = services_.jobs.find(request.param("id"));
        if (!original) {
            throw HttpError(404, "Job with id \"" + request.param("id") + "\" not found.");
        }
        Job copy = *original;
        copy.id = newId();
        copy.name = name ? *name : freeName(original->name);
        copy.enabled = false;
        copy.created_at = copy.updated_at = services_.clock.now();
        for (auto& destination : copy.destinations) {
            destination.id = newId();
        }
        services_.jobs.add(copy);
        return rowResponse(copy, 201);
    }

    Response bulk(const Request& request) {
        const BulkRequest bulk = bulkFrom(request, "ids", {"delete", "enable", "disable"});
        const std::scoped_lock lock(changes_);
        BulkOutcome outcome;
        for (const auto& id : bulk.ids) {
            const std::string error = applyBulk(bulk.action, id);
            if (error.empty()) {
                outcome.succeeded.push_back(id);
            } else {
                outcome.failed.emplace_back(id, error);
            }
        }
        const std::string done = bulk.action == "delete"   ? "deleted"
                                 : bulk.action == "enable" ? "enabled"
                                                           : "paused";
        return bulkResponse(outcome, {"job", bulk.action, done});
    }

private:
    Job existing(const Request& request) const {
        auto job = services_.jobs.find(request.param("id"));
        if (!job) {
            throw notFound();
        }
        return *job;
    }

    void writeListed(JsonWriter& out, const Job& job, const AdapterIndex& adapters) const {
        writeJob(out, job, adapters);
        out.time("lastRunAt", services_.executions.lastRun(job.id)).null("nextRunAt");
    }

    Response rowResponse(const Job& job, int status) const {
        JsonWriter out;
        out.beginObject();
        writeJob(out, job, AdapterIndex(services_.adapters));
        out.beginArray("executions").end().end();
        return respond(out, status);
    }

    std::string freeName(const std::string& name) const {
        std::set<std::string> taken;
        for (const auto& job : services_.jobs.list()) {
            taken.insert(job.name);
        }
        std::string candidate = name + " (Copy)";
        for (int number = 2; taken.contains(candidate); ++number) {
            candidate = name + " (Copy " + std::to_string(number) + ")";
        }
        return candidate;
    }

    /// @return what is wrong, or nothing
    std::string applyBulk(const std::string& action, const std::string& id) {
        try {
            if (action == "delete") {
                return services_.jobs.remove(id) ? "" : "Job not found";
            }
            auto job = services_.jobs.find(id);
            if (!job) {
                return "Job not found";
            }
            job->enabled = action == "enable";
            job->updated_at = services_.clock.now();
            services_.jobs.update(*job);
            return "";
        } catch (const Error& error) {
            return error.text();
        }
    }

    Services services_;
    std::mutex changes_;  // no change gets lost between reading and writing
};

}  // namespace

void addJobRoutes(Router& router, const Services& services) {
    const auto jobs = std::make_shared<JobResource>(services);
    const Access read = Access::with("jobs:read");
    const Access write = Access::with("jobs:write");
    router.add("GET", "/jobs", read, bound(jobs, &JobResource::list));
    router.add("POST", "/jobs", write, bound(jobs, &JobResource::create));
    router.add("POST", "/jobs/bulk", write, bound(jobs, &JobResource::bulk));
    router.add("GET", "/jobs/:id", read, bound(jobs, &JobResource::get));
    router.add("PUT", "/jobs/:id", write, bound(jobs, &JobResource::update));
    router.add("DELETE", "/jobs/:id", write, bound(jobs, &JobResource::remove));
    router.add("POST", "/jobs/:id/run", Access::with("jobs:execute"), bound(jobs, &JobResource::run));
    router.add("POST", "/jobs/:id/clone", write, bound(jobs, &JobResource::clone));
}

}  // namespace dbackup::api
