#pragma once

#include <string>

#include "api/handlers/resource_apply.h"

namespace dbackup::api {

/// What became of one document.
struct Changed {
    ResourceChange change;
    std::string object_id;
    std::string key = {};  ///< a new API key's secret
};

/// Turns single documents into changes of the stores. Used within one work of the store, so that each
/// document sees what those before it did. [one thread]
class ResourceChanger {
public:
    ResourceChanger(const Services& services, const ApplyRequest& request)
        : services_(services), request_(request) {}

    /// @throws HttpError 400 with the faults of the document; Error as the stores do
    Changed apply(ResourceKind kind, const JsonObject& document);
    /// @return its name; empty when it was gone already. @throws Error AlreadyExists when it is in use
    std::string remove(ResourceKind kind, const std::string& id);
    std::string nameOf(ResourceKind kind, const std::string& id) const;

private:
    Changed applyAdapter(ResourceKind kind, const JsonObject& document);
    Changed applyKey(const JsonObject& document);
    Changed applyJob(const JsonObject& document);
    Changed applySettings(const JsonObject& document);

    const Services& services_;
    const ApplyRequest& request_;
};

}  // namespace dbackup::api
