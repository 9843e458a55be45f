#include "core/worker/backup_plan.h"

#include <algorithm>
#include <map>

#include "core/pipeline/caught.h"
#include "core/worker/commands.h"

namespace dbackup::worker {

namespace {

using Sizes = std::map<std::string, std::uint64_t>;

/// Databases of the source with their sizes. Where they are named in the request the sizes are only for
/// progress, so an account that may not list them is no fault.
std::vector<sdk::DatabaseInfo> databasesOf(const OpenEngine& open, bool needed, PluginContext& context) {
    try {
        return pipeline::guarded(open.plugin, [&] { return open.engine->databases(context); });
    } catch (const Error& error) {
        if (needed || error.kind() == ErrorKind::Cancelled) throw;
        context.log(sdk::LogLevel::Debug, "The sizes of the databases are unknown: " + error.text(), {});
        return {};
    }
}

void planSource(std::size_t index,
                const protocol::BackupRequest::Source& source,
                BackupPlan& plan,
                Run& run,
                Components& components) {
    const OpenEngine open = openEngine(source.component, run, components);
    PluginContext context(run, source.component, run.stop());
    plan.servers.push_back(pipeline::guarded(open.plugin, [&] { return open.engine->test(context); }));
    const bool all = source.databases.empty();
    std::vector<std::string> names = source.databases;
    Sizes sizes;
    for (const sdk::DatabaseInfo& info : databasesOf(open, all, context)) {
        if (all) names.push_back(info.name);
        sizes[info.name] = info.size_bytes;
    }
    if (names.empty()) {
        throw Error(ErrorKind::NotFound,
                    "there are no databases to back up on '" + source.component.name + "'",
                    "Name databases in the job, or check what the account may see");
    }
    if (flagOr(*open.capabilities, "globals", false)) plan.dumps.push_back({index, {"globals", "", ""}, 0});
    for (const std::string& name : names)
        plan.dumps.push_back({index, {"database", name, source.format}, sizes[name]});
}

}  // namespace

std::string PlannedDump::title() const {
    return isGlobals() ? "globals" : "database '" + request.database + "'";
}

BackupPlan planBackup(const protocol::BackupRequest& request, Run& run, Components& components) {
    BackupPlan plan;
    for (std::size_t i = 0; i < request.sources.size(); ++i)
        planSource(i, request.sources[i], plan, run, components);
    if (plan.dumps.empty()) throw Error(ErrorKind::Settings, "the job has no source");
    return plan;
}

}  // namespace dbackup::worker
