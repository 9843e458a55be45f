#include "api/handlers/job_document.h"

#include <algorithm>

#include "api/handlers/job_body.h"
#include "api/handlers/resource_document.h"

namespace dbackup::api {

namespace {

/// Ids of adapters by their names.
class Lookup {
public:
    Lookup(AdapterType type, std::string noun, const store::AdapterStore& store)
        : noun_(std::move(noun)), adapters_(store.list(type)) {}

    std::string id(const std::string& name, const std::string& field, BodyFields& body) const {
        for (const auto& adapter : adapters_) {
            if (adapter.name == name && adapter.storage_role != "SOURCE") return adapter.id;
        }
        body.fault(field, "there is no " + noun_ + " \"" + name + "\"");
        return {};
    }

private:
    std::string noun_;
    std::vector<Adapter> adapters_;
};

JsonObject::Ptr destinationFrom(const JsonVar& element,
                                const std::string& field,
                                const Lookup& lookup,
                                BodyFields& body) {
    JsonObject::Ptr given = newObject();
    if (element.isString()) {
        given->set("name", element);
    } else if (element.type() == typeid(JsonObject::Ptr)) {
        given = element.extract<JsonObject::Ptr>();
    }
    const JsonVar name = given->get("name");
    if (!name.isString()) {
        body.fault(field, "must be the name of a destination, or an object with its name");
        return given;
    }
    JsonObject::Ptr destination = jobDestinationDefaults();
    for (const auto& key : given->getNames()) {
        if (key == "name") continue;
        if (!destination->has(key)) body.fault(field + '.' + key, "is not known here");
        destination->set(key, given->get(key));
    }
    destination->set("configId", lookup.id(name.extract<std::string>(), field + ".name", body));
    return destination;
}

JsonArray::Ptr destinationsFrom(const store::AdapterStore& adapters, BodyFields& body) {
    const Lookup lookup(AdapterType::Storage, "destination", adapters);
    JsonArray::Ptr destinations = new JsonArray;
    const JsonArray::Ptr list = body.array("destinations");
    if (!list || list->size() == 0) body.fault("destinations", "must be a list of at least one destination");
    for (unsigned i = 0; list && i < list->size(); ++i) {
        destinations->add(
            destinationFrom(list->get(i), "destinations[" + std::to_string(i) + ']', lookup, body));
    }
    return destinations;
}

}  // namespace

std::vector<std::string> jobMembers() {
    std::vector<std::string> members = {"kind", "name", "source", "sources", "destinations"};
    const auto others = jobDefaults()->getNames();
    members.insert(members.end(), others.begin(), others.end());
    return members;
}

JsonObject::Ptr jobBodyFrom(const JsonObject& document,
                            const store::AdapterStore& adapters,
                            BodyFields& body) {
    JsonObject::Ptr rest = jobDefaults();
    for (const auto& key : rest->getNames()) {
        if (document.has(key)) rest->set(key, document.get(key));
    }
    rest->set("name", document.get("name"));
    const Lookup sources(AdapterType::Database, "source", adapters);
    const std::string source = body.text("source").value_or("");
    if (source.empty()) {
        body.fault("source", "is required: the name of a source");
    } else {
        rest->set("sourceId", sources.id(source, "source", body));
    }
    JsonArray::Ptr more = new JsonArray;
    for (const auto& name : body.texts("sources").value_or(std::vector<std::string>())) {
        more->add(sources.id(name, "sources", body));
    }
    rest->set("sourceIds", more);
    rest->set("destinations", destinationsFrom(adapters, body));
    return rest;
}

void applyJobDocument(const JsonObject::Ptr& rest, const Services& services, Job& job) {
    try {
        applyJobBody(rest, services, job);
    } catch (const HttpError& error) {
        auto details = error.details();
        for (const auto& [from, to] : {std::pair("sourceId", "source"), std::pair("sourceIds", "sources")}) {
            if (auto node = details.extract(from)) {
                node.key() = to;
                details.insert(std::move(node));
            }
        }
        throw HttpError(error.status(), error.what(), details);
    }
}

}  // namespace dbackup::api
