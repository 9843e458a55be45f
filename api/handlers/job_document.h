#pragma once

#include <string>
#include <vector>

#include "api/handlers/body_fields.h"
#include "api/handlers/services.h"

namespace dbackup::api {

/// The members that a document of a job may have.
std::vector<std::string> jobMembers();

/// A document of a job as the body of a REST request: ids in place of names, and for every member that it
/// leaves out its default, so that what is not in the document is not in the job either.
/// @param body  gets a fault for each name that nothing has
JsonObject::Ptr jobBodyFrom(const JsonObject& document,
                            const store::AdapterStore& adapters,
                            BodyFields& body);

/// applyJobBody() with its faults in terms of the document: "source", not "sourceId".
/// @throws HttpError 400
void applyJobDocument(const JsonObject::Ptr& rest, const Services& services, Job& job);

}  // namespace dbackup::api
