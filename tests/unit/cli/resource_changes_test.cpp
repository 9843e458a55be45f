#include "cli/resource_changes.h"

#include <catch2/catch.hpp>

#include "cli/text.h"

using namespace dbackup::cli;

TEST_CASE("changeLines: what is made, changed and deleted, never a secret", "[cli]") {
    const auto result = asObject(parseJson(R"({"changes":[
        {"action":"create","kind":"Source","name":"Shop","fields":[{"field":"config.host","from":null,"to":"db"},
            {"field":"config.password","secret":true}]},
        {"action":"update","kind":"Job","name":"Nightly","fields":[{"field":"schedule","from":"0 3 * * *","to":null}]},
        {"action":"none","kind":"Job","name":"Weekly","fields":[]},
        {"action":"update","kind":"Settings","name":null,"fields":[{"field":"settings.maxConcurrentJobs","from":1,"to":2}]},
        {"action":"delete","kind":"Destination","name":"Old\u001b[0m","fields":[]}]})"));
    const auto changes = resourceChanges(*result);
    CHECK(joined(changeLines(changes), "\n") ==
          "+ Source Shop\n"
          "    config.host: \"db\"\n"
          "    config.password: (secret)\n"
          "~ Job Nightly\n"
          "    schedule: \"0 3 * * *\" -> (default)\n"
          "~ Settings\n"
          "    settings.maxConcurrentJobs: 1 -> 2\n"
          "- Destination Old?[0m");
    CHECK(summary(changes, false) == "1 created, 2 updated, 1 deleted.");
    CHECK(summary(changes, true) == "1 to create, 2 to update, 1 to delete.");
    CHECK(summary({}, true) == "Nothing would change.");
}
