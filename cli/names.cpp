#include "cli/names.h"

#include <algorithm>
#include <numeric>

#include "cli/text.h"

namespace dbackup::cli {

namespace {

// How many letters must be changed, put in or left out (Levenshtein).
std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
        }
    }
    return row[b.size()];
}

Failure notFound(const std::vector<JsonObject::Ptr>& objects,
                 const std::string& text,
                 const std::string& noun) {
    const std::string wanted = lowerCase(text);
    std::string nearest;
    std::size_t least = wanted.size() / 2 + 1;
    for (const auto& object : objects) {
        const std::string name = textAt(*object, "name");
        const std::size_t apart = distance(wanted, lowerCase(name));
        if (apart < least) {
            least = apart;
            nearest = name;
        }
    }
    return {ExitCode::NotFound,
            "there is no " + noun + " \"" + text + "\"",
            nearest.empty() ? "" : "did you mean \"" + nearest + "\"?"};
}

JsonObject::Ptr found(const std::vector<JsonObject::Ptr>& objects,
                      const std::string& key,
                      const std::string& value) {
    const auto match = std::find_if(
        objects.begin(), objects.end(), [&](const auto& object) { return textAt(*object, key) == value; });
    return match == objects.end() ? JsonObject::Ptr() : *match;
}

}  // namespace

JsonObject::Ptr named(const std::vector<JsonObject::Ptr>& objects,
                      const std::string& text,
                      const std::string& noun) {
    for (const char* key : {"id", "name"}) {
        if (auto object = found(objects, key, text)) return object;
    }
    std::vector<JsonObject::Ptr> alike;
    for (const auto& object : objects) {
        if (lowerCase(textAt(*object, "name")) == lowerCase(text)) alike.push_back(object);
    }
    if (alike.size() == 1) return alike.front();
    if (alike.size() > 1) {
        throw Failure(ExitCode::Usage,
                      "\"" + text + "\" could be several " + noun + "s",
                      "write the name as it is, or use the id");
    }
    throw notFound(objects, text, noun);
}

std::string executionNamed(RestClient& rest, const std::string& text) {
    constexpr std::size_t uuid_length = 36;
    if (text.size() == uuid_length && text.find(' ') == std::string::npos) {
        try {
            return textAt(*asObject(rest.data("/executions/" + encoded(text))), "id");
        } catch (const Failure& failure) {
            if (failure.code() != ExitCode::NotFound) throw;
        }
    }
    const auto recent = objectsIn(rest.data("/executions?limit=500"));
    for (const auto& execution : recent) {
        if (text.size() >= 6 && textAt(*execution, "id").starts_with(text)) return textAt(*execution, "id");
    }
    // Newest first: the job's last one.
    for (const auto& execution : recent) {
        if (textAt(*execution, "jobName") == text || textAt(*execution, "jobId") == text) {
            return textAt(*execution, "id");
        }
    }
    throw Failure(ExitCode::NotFound,
                  "there is no execution \"" + text + "\"",
                  "give its id as `dbackup executions` lists it, or the name of a job that has run");
}

std::vector<JsonObject::Ptr> jobs(RestClient& rest) {
    return objectsIn(rest.get("/jobs"));
}

std::vector<JsonObject::Ptr> sources(RestClient& rest) {
    return objectsIn(rest.get("/adapters?type=database"));
}

std::vector<JsonObject::Ptr> destinations(RestClient& rest) {
    return objectsIn(rest.get("/adapters?type=storage&role=destination"));
}

}  // namespace dbackup::cli
