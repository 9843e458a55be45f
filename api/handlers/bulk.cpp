#include "api/handlers/bulk.h"

#include <algorithm>

#include "api/handlers/body_fields.h"
#include "api/handlers/json_writer.h"

namespace dbackup::api {

namespace {

constexpr std::size_t max_ids = 200;

std::string listed(std::initializer_list<const char*> words) {
    std::string text;
    for (const auto* word = words.begin(); word != words.end(); ++word) {
        text += word == words.begin() ? "" : word + 1 == words.end() ? " or " : ", ";
        text += *word;
    }
    return text;
}

std::string message(const BulkOutcome& outcome, const BulkWords& words) {
    const std::size_t succeeded = outcome.succeeded.size();
    const std::size_t all = succeeded + outcome.failed.size();
    const std::string nouns = all == 1 ? words.noun : words.noun + 's';
    if (outcome.failed.empty()) {
        return std::to_string(all) + ' ' + nouns + ' ' + words.done;
    }
    if (succeeded == 0) {
        return "Could not " + words.verb + ' ' + std::to_string(all) + ' ' + nouns;
    }
    return std::to_string(succeeded) + " of " + std::to_string(all) + ' ' + words.noun + "s " + words.done;
}

}  // namespace

BulkRequest bulkFrom(const Request& request,
                     const std::string& ids_key,
                     std::initializer_list<const char*> actions) {
    BodyFields body(request.json());
    BulkRequest bulk{body.text("action").value_or(""),
                     body.texts(ids_key).value_or(std::vector<std::string>())};
    if (std::find(actions.begin(), actions.end(), bulk.action) == actions.end()) {
        throw HttpError(400, "Invalid request body", {{"action", "must be " + listed(actions)}});
    }
    if (bulk.ids.empty() || bulk.ids.size() > max_ids) {
        throw HttpError(400, "Invalid request body", {{ids_key, "must be an array of 1 to 200 " + ids_key}});
    }
    return bulk;
}

Response bulkResponse(const BulkOutcome& outcome, const BulkWords& words) {
    JsonWriter out = success();
    out.beginObject("data").beginArray("succeeded");
    for (const auto& id : outcome.succeeded) {
        out.text(id);
    }
    out.end().beginArray("failed");
    for (const auto& [id, error] : outcome.failed) {
        out.beginObject().text("id", id).text("error", error).end();
    }
    out.end().end().text("message", message(outcome, words)).end();
    return respond(out);
}

}  // namespace dbackup::api
