#include "cli/resource_changes.h"

#include <algorithm>

#include "cli/text.h"

namespace dbackup::cli {

namespace {

std::string valueText(const JsonVar& value) {
    return value.isEmpty() ? "(default)" : toText(value);
}

std::string fieldLine(const JsonObject& field, const std::string& action) {
    const std::string name = "    " + textAt(field, "field") + ": ";
    if (flagAt(field, "secret")) return name + (action == "create" ? "(secret)" : "(secret changes)");
    if (action == "create") return name + valueText(field.get("to"));
    return name + valueText(field.get("from")) + " -> " + valueText(field.get("to"));
}

}  // namespace

std::vector<JsonObject::Ptr> resourceChanges(const JsonObject& result) {
    auto changes = objectsAt(result, "changes");
    std::erase_if(changes, [](const auto& change) { return textAt(*change, "action") == "none"; });
    return changes;
}

std::vector<std::string> changeLines(const std::vector<JsonObject::Ptr>& changes) {
    std::vector<std::string> lines;
    for (const auto& change : changes) {
        const std::string action = textAt(*change, "action");
        const std::string mark = action == "create" ? "+ " : action == "delete" ? "- " : "~ ";
        const std::string name = textAt(*change, "name");
        lines.push_back(printable(mark + textAt(*change, "kind") + (name.empty() ? "" : ' ' + name)));
        for (const auto& field : objectsAt(*change, "fields")) {
            lines.push_back(printable(fieldLine(*field, action)));
        }
    }
    return lines;
}

std::string summary(const std::vector<JsonObject::Ptr>& changes, bool dry_run) {
    if (changes.empty()) return dry_run ? "Nothing would change." : "Nothing has changed.";
    const auto count = [&](const std::string& action) {
        return std::to_string(std::count_if(changes.begin(), changes.end(), [&](const auto& change) {
            return textAt(*change, "action") == action;
        }));
    };
    return count("create") + (dry_run ? " to create, " : " created, ") + count("update") +
           (dry_run ? " to update, " : " updated, ") + count("delete") +
           (dry_run ? " to delete." : " deleted.");
}

}  // namespace dbackup::cli
