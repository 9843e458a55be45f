#include "api/daemon/resource_folder.h"

#include "api/handlers/resource_apply.h"
#include "core/base/error.h"
#include "resources/document_folder.h"

namespace dbackup::daemon {

namespace fs = std::filesystem;

namespace {

constexpr const char* set_name = "resources.dir";

void logFaults(const Log& log, const fs::path& folder, const std::string& text) {
    log.error("resources: nothing of " + folder.string() + " was applied: " + text);
}

void logChanges(const Log& log, const api::ApplyResult& result) {
    std::size_t changed = 0;
    for (const auto& change : result.changes) {
        if (change.action == "none") continue;
        ++changed;
        log.info("resources: " + change.action + ' ' + std::string(toString(change.kind)) +
                 (change.name.empty() ? "" : " \"" + change.name + '"'));
    }
    log.info("resources: " + std::to_string(result.changes.size()) + " described, " +
             std::to_string(changed) + " changed");
}

api::ApplyRequest requestFrom(const fs::path& folder, bool prune) {
    api::ApplyRequest request;
    request.set = set_name;
    request.prune = prune;
    request.shows_keys = false;
    request.may = [](std::string_view) { return true; };
    for (auto& document : resources::loadDocuments(folder, {resources::processEnvironment(), false, true})) {
        request.documents.push_back({std::move(document.origin), std::move(document.body)});
    }
    return request;
}

}  // namespace

bool applyResourceFolder(const api::Services& services, const fs::path& folder, bool prune) {
    std::error_code fault;
    if (folder.empty() || !fs::is_directory(folder, fault)) return true;
    try {
        logChanges(services.log, applyResources(services, requestFrom(folder, prune)));
        return true;
    } catch (const api::HttpError& error) {
        std::string text = error.what();
        for (const auto& [field, reason] : error.details()) {
            text += "\n  " + field + ": " + reason;
        }
        logFaults(services.log, folder, text);
    } catch (const std::exception& error) {
        logFaults(services.log, folder, error.what());
    }
    return false;
}

}  // namespace dbackup::daemon
