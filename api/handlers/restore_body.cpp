#include "api/handlers/restore_body.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/orchestrator/storage_explorer.h"

namespace dbackup::api {

namespace {

using Item = protocol::RestoreRequest::Item;

// [{originalName, targetName, selected}]
void readMappingList(const JsonArray& list, BodyFields& body, std::vector<Item>& items) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string field = "databaseMapping[" + std::to_string(i) + "]";
        const JsonVar element = list.get(static_cast<unsigned>(i));
        if (element.type() != typeid(JsonObject::Ptr)) {
            body.fault(field, "must be an object with originalName and targetName");
            continue;
        }
        BodyFields entry(element.extract<JsonObject::Ptr>(), field + '.');
        const bool selected = entry.flag("selected").value_or(true);
        const std::string original = entry.text("originalName").value_or("");
        const std::string target = entry.text("targetName").value_or("");
        if (original.empty()) {
            entry.fault("originalName", "is required");
        }
        body.faults(entry);
        if (selected) {
            items.push_back({original, target.empty() ? original : target});
        }
    }
    if (items.empty()) {
        body.fault("databaseMapping", "must select at least one database");
    }
}

// {"old": "new"}
void readMappingObject(const JsonObject& object, BodyFields& body, std::vector<Item>& items) {
    for (const auto& original : object.getNames()) {
        const JsonVar target = object.get(original);
        if (!target.isString() || target.extract<std::string>().empty()) {
            body.fault("databaseMapping", "must map each database to a name");
            continue;
        }
        items.push_back({original, target.extract<std::string>()});
    }
}

std::vector<Item> itemsFrom(BodyFields& body) {
    std::vector<Item> items;
    const JsonVar mapping = body.value("databaseMapping");
    if (mapping.isEmpty()) {
        return items;
    }
    if (mapping.type() == typeid(JsonArray::Ptr)) {
        // An empty list says nothing, as an absent one.
        if (const auto& list = mapping.extract<JsonArray::Ptr>(); list->size() > 0) {
            readMappingList(*list, body, items);
        }
    } else if (mapping.type() == typeid(JsonObject::Ptr)) {
        readMappingObject(*mapping.extract<JsonObject::Ptr>(), body, items);
    } else {
        body.fault("databaseMapping", "must be an array or an object");
    }
    return items;
}

std::map<std::string, std::string> ownersFrom(BodyFields& body) {
    std::map<std::string, std::string> owners;
    const JsonObject::Ptr given = body.objectOrText("owners");
    for (const auto& from : given ? given->getNames() : std::vector<std::string>()) {
        const JsonVar to = given->get(from);
        if (!to.isString() || to.extract<std::string>().empty()) {
            body.fault("owners", "must map each owner to a name");
            return {};
        }
        owners[from] = to.extract<std::string>();
    }
    return owners;
}

}  // namespace

std::vector<std::string> databasesIn(const Manifest& manifest) {
    std::vector<std::string> names;
    for (const auto& object : manifest.objects) {
        if (object.contents == "database" &&
            std::find(names.begin(), names.end(), object.database) == names.end()) {
            names.push_back(object.database);
        }
    }
    return names;
}

orchestrator::RestoreCommand restoreCommandFrom(const JsonObject::Ptr& json,
                                                const orchestrator::RestoreCommand& where,
                                                orchestrator::Orchestrator& orchestrator) {
    BodyFields body(json);
    orchestrator::RestoreCommand command = where;
    if (body.text("scope").value_or("all") == "files") {
        body.fault("scope", "must be all or databases: this backup has no files");
    }
    // To drop it in silence would restore as another account than the one that was asked for.
    if (!body.value("privilegedAuth").isEmpty()) {
        body.fault("privilegedAuth",
                   "is not supported: name a source with that account as targetSourceId instead");
    }
    command.target_source_id = body.text("targetSourceId").value_or("");
    if (command.target_source_id.empty()) {
        body.fault("targetSourceId", "is required: the database source to restore into");
    }
    command.items = itemsFrom(body);
    command.globals = body.flag("globals").value_or(false);
    command.overwrite = body.flag("overwrite").value_or(false);
    command.no_owner = body.flag("noOwner").value_or(false);
    command.source_id = body.text("sourceId").value_or("");
    command.selection = body.texts("selection").value_or(std::vector<std::string>());
    command.owners = ownersFrom(body);
    const std::string single = body.text("targetDatabaseName").value_or("");
    body.throwIfFaulty();
    if (!single.empty() && command.items.empty()) {
        const auto names =
            databasesIn(orchestrator.storage().backup(command.destination_id, command.path).manifest);
        if (names.size() != 1) {
            body.fault("targetDatabaseName",
                       "fits a backup of one database; this one has " + std::to_string(names.size()) +
                           ", use databaseMapping");
            body.throwIfFaulty();
        }
        command.items = {{names.front(), single}};
    }
    return command;
}

}  // namespace dbackup::api
