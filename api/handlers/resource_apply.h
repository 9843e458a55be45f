#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/handlers/resource_document.h"
#include "api/handlers/services.h"

namespace dbackup::api {

/// A set of documents to apply.
struct ApplyRequest {
    struct Document {
        std::string origin;  ///< "jobs.yaml:12", for faults
        JsonObject::Ptr body;
    };
    std::vector<Document> documents;
    std::string set = "default";  ///< whose objects prune may remove
    bool dry_run = false;
    bool prune = false;      ///< remove what earlier applies of this set made, and this one does not have
    std::string own_key_id;  ///< key of who asks; is never removed
    /// New keys are told to who asks. If nobody could see them, a document must bring its key.
    bool shows_keys = true;
    /// What the one who asks may do.
    std::function<bool(std::string_view permission)> may;
};

struct FieldChange {
    std::string field;    ///< "config.host"
    std::string from;     ///< JSON; empty = was not there
    std::string to;       ///< JSON; empty = is gone
    bool secret = false;  ///< then neither is told
};

struct ResourceChange {
    std::string action;  ///< "create" | "update" | "delete" | "none"
    ResourceKind kind = ResourceKind::None;
    std::string name;
    std::string origin;  ///< empty for what is deleted
    std::vector<FieldChange> fields;
};

struct ApplyResult {
    std::vector<ResourceChange> changes;
    std::vector<std::pair<std::string, std::string>> keys;  ///< name and secret of the new ones
};

/// Makes the objects be what the documents say. All is checked as REST does it and written within one
/// transaction of the store: either all of it happens or nothing. With dry_run the same is done, and undone.
/// @throws HttpError 400 with every fault of every document; 403
ApplyResult applyResources(const Services& services, const ApplyRequest& request);

}  // namespace dbackup::api
