#include "api/handlers/resource_apply.h"

#include <algorithm>
#include <set>

#include "api/handlers/resource_change.h"
#include "core/base/error.h"
#include "core/store/managed_store.h"

namespace dbackup::api {

namespace {

using Resource = store::ManagedStore::Resource;

/// Undoes the transaction of a dry run; nobody but applyResources() sees it.
class DryRunDone : public std::exception {};

ResourceKind kindOf(const ApplyRequest::Document& document) {
    const JsonVar kind = document.body->get("kind");
    return kind.isString() ? resourceKindFrom(kind.extract<std::string>()) : ResourceKind::None;
}

class Application {
public:
    Application(const Services& services, const ApplyRequest& request)
        : services_(services), request_(request), managed_(services.database), changer_(services, request) {}

    /// Within one work of the store. May be called again when the store runs the work once more.
    ApplyResult run() {
        result_ = {};
        faults_.clear();
        seen_.clear();
        refuseUnknownKinds();
        for (const ResourceKind kind : resourceKinds()) {
            for (const auto& document : request_.documents) {
                if (kindOf(document) == kind) apply(kind, document);
            }
        }
        if (request_.prune) prune();
        throwIfFaulty();
        if (request_.dry_run) throw DryRunDone();
        return result_;
    }

    const ApplyResult& result() const { return result_; }

private:
    void refuseUnknownKinds() {
        for (const auto& document : request_.documents) {
            if (kindOf(document) == ResourceKind::None) {
                faults_[document.origin + ": kind"] = "must be Source, Destination, Job, ApiKey or Settings";
            }
        }
    }

    void requirePermissions(ResourceKind kind) const {
        for (const auto& permission : {readPermission(kind), writePermission(kind)}) {
            if (!request_.may(permission))
                throw HttpError(403, "Permission denied: " + permission + " required");
        }
    }

    void apply(ResourceKind kind, const ApplyRequest::Document& document) {
        requirePermissions(kind);
        try {
            Changed changed = changer_.apply(kind, *document.body);
            changed.change.origin = document.origin;
            if (!changed.key.empty()) result_.keys.emplace_back(changed.change.name, changed.key);
            if (kind != ResourceKind::Settings) claim({std::string(toString(kind)), changed.object_id});
            result_.changes.push_back(std::move(changed.change));
        } catch (const HttpError& error) {
            if (error.status() == 403) throw;
            for (const auto& [field, reason] : error.details()) {
                faults_[document.origin + ": " + field] = reason;
            }
            if (error.details().empty()) faults_[document.origin] = error.what();
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Settings && error.kind() != ErrorKind::AlreadyExists &&
                error.kind() != ErrorKind::NotFound) {
                throw;  // no fault of the document
            }
            faults_[document.origin] = error.text();
        }
    }

    void claim(const Resource& resource) {
        if (!seen_.insert({resource.kind, resource.object_id}).second) {
            throw HttpError(
                400, "is there twice", {{"name", "another document of this kind has the same name"}});
        }
        if (managed_.setOf(resource) != request_.set) managed_.mark(resource, request_.set);
    }

    void prune() {
        auto resources = managed_.list(request_.set);
        // Jobs go first: they keep what they use from being removed.
        std::stable_partition(
            resources.begin(), resources.end(), [](const auto& one) { return one.kind == "Job"; });
        for (const auto& resource : resources) {
            if (!seen_.contains({resource.kind, resource.object_id})) remove(resource);
        }
    }

    void remove(const Resource& resource) {
        const ResourceKind kind = resourceKindFrom(resource.kind);
        requirePermissions(kind);
        if (kind == ResourceKind::ApiKey && resource.object_id == request_.own_key_id) {
            faults_["prune"] = "would remove the API key that this request was made with";
            return;
        }
        try {
            const std::string name = changer_.remove(kind, resource.object_id);
            if (!name.empty()) result_.changes.push_back({"delete", kind, name, "", {}});
            managed_.unmark(resource);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::AlreadyExists) throw;
            faults_["prune: " + resource.kind + ' ' + changer_.nameOf(kind, resource.object_id)] =
                "is still used by a job that no document of this set describes";
        }
    }

    void throwIfFaulty() const {
        if (faults_.empty()) return;
        const std::string count =
            faults_.size() == 1 ? "1 fault" : std::to_string(faults_.size()) + " faults";
        throw HttpError(400, "The documents have " + count + "; nothing was changed", faults_);
    }

    const Services& services_;
    const ApplyRequest& request_;
    store::ManagedStore managed_;
    ResourceChanger changer_;
    ApplyResult result_;
    std::map<std::string, std::string> faults_;
    std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

ApplyResult applyResources(const Services& services, const ApplyRequest& request) {
    Application application(services, request);
    try {
        services.database.write([&](store::Connection& /*connection*/) { application.run(); });
    } catch (const DryRunDone&) {
        return application.result();
    } catch (...) {
        services.settings.reload();  // what was undone in the store is undone in its cache too
        throw;
    }
    return application.result();
}

}  // namespace dbackup::api
