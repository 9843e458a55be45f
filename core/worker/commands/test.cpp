#include "core/pipeline/caught.h"
#include "core/worker/commands.h"

namespace dbackup::worker {

namespace {

sdk::ServerInfo testEngine(const protocol::ComponentRef& component, Run& run, Components& components) {
    const OpenEngine open = openEngine(component, run, components);
    PluginContext context(run, component, run.stop());
    return pipeline::guarded(open.plugin, [&] { return open.engine->test(context); });
}

sdk::ServerInfo testTarget(const protocol::ComponentRef& component, Run& run, Components& components) {
    OpenTarget open(component, run, components, run.stop());
    const pipeline::Destination& where = open.destination();
    sdk::ServerInfo info;
    info.message = pipeline::guarded(where.plugin(), [&] { return where.target().test(where.run()); });
    return info;
}

}  // namespace

protocol::Event test(const JsonObject& json, Run& run, Components& components) {
    const protocol::ComponentRequest request = protocol::componentRequestFrom(json);
    run.setUp(request.setup);
    const bool is_engine = components.describe(request.component).kind == "engine";
    const sdk::ServerInfo info = is_engine ? testEngine(request.component, run, components)
                                           : testTarget(request.component, run, components);
    JsonObject::Ptr data = newObject();
    data->set("version", info.version);
    data->set("edition", info.edition);
    data->set("message", info.message);
    return success(data);
}

protocol::Event databases(const JsonObject& json, Run& run, Components& components) {
    const protocol::ComponentRequest request = protocol::componentRequestFrom(json);
    run.setUp(request.setup);
    const OpenEngine open = openEngine(request.component, run, components);
    PluginContext context(run, request.component, run.stop());
    JsonArray::Ptr found = new JsonArray;
    for (const sdk::DatabaseInfo& info :
         pipeline::guarded(open.plugin, [&] { return open.engine->databases(context); })) {
        JsonObject::Ptr entry = newObject();
        entry->set("name", info.name);
        entry->set("sizeBytes", static_cast<Poco::Int64>(info.size_bytes));
        found->add(entry);
    }
    JsonObject::Ptr data = newObject();
    data->set("databases", found);
    return success(data);
}

}  // namespace dbackup::worker
