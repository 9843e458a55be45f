#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/plugin/schema_validator.h"

using namespace dbackup;
using namespace dbackup::plugin;

namespace {

struct Tally {
    int groups = 0;   // that our subset has
    int refused = 0;  // schemas that it has not
    std::set<std::string> wrong;
};

JsonArray::Ptr groupsOf(const std::string& file) {
    std::ifstream in(TEST_SUITE "/" + file + ".json");
    std::ostringstream text;
    text << in.rdbuf();
    return parseJson(text.str(), file).extract<JsonArray::Ptr>();
}

// Our schemas and settings are objects, so the suite's are put into one.
JsonObject::Ptr wrapped(const JsonVar& value) {
    JsonObject::Ptr object = newObject();
    object->set("value", value);
    return object;
}

void runGroup(const JsonObject& group, Tally& tally) {
    JsonObject::Ptr schema = newObject();
    schema->set("type", std::string("object"));
    schema->set("properties", wrapped(group.get("schema")));
    std::unique_ptr<SchemaValidator> validator;
    try {
        validator = std::make_unique<SchemaValidator>(toText(JsonVar(schema)));
    } catch (const Error&) {
        ++tally.refused;
        return;
    }
    ++tally.groups;
    const JsonArray::Ptr tests = group.getArray("tests");
    for (const JsonVar& each : *tests) {
        const JsonObject& test = *each.extract<JsonObject::Ptr>();
        JsonObject::Ptr settings = wrapped(test.get("data"));
        const bool valid = validator->check(*settings).empty();
        if (valid != test.getValue<bool>("valid"))
            tally.wrong.insert(test.getValue<std::string>("description"));
    }
}

Tally run(const std::string& file) {
    Tally tally;
    const JsonArray::Ptr groups = groupsOf(file);
    for (const JsonVar& group : *groups) {
        runGroup(*group.extract<JsonObject::Ptr>(), tally);
    }
    return tally;
}

}  // namespace

// What the subset leaves out it refuses, so the numbers say how much of the suite is answered at all.
TEST_CASE("SchemaValidator: agrees with the JSON Schema test suite on every keyword of the subset",
          "[plugin]") {
    const auto check = [](const std::string& keyword, int groups, int refused) {
        CAPTURE(keyword);
        const Tally tally = run(keyword);
        CHECK(tally.groups == groups);
        CHECK(tally.refused == refused);
        CHECK(tally.wrong == std::set<std::string>());
    };
    check("additionalProperties", 1, 4);
    check("const", 4, 0);
    check("default", 0, 2);
    check("enum", 3, 0);
    check("if-then-else", 0, 7);
    check("items", 0, 5);
    check("maxItems", 1, 0);
    check("maxLength", 1, 0);
    check("maximum", 1, 0);
    check("minItems", 1, 0);
    check("minLength", 1, 0);
    check("minimum", 1, 0);
    check("pattern", 2, 0);
    check("properties", 1, 2);
    check("required", 3, 0);
    check("type", 8, 0);
}

TEST_CASE("SchemaValidator: keywords outside the subset are refused, not passed over", "[plugin]") {
    for (const auto* keyword : {"additionalItems",
                                "allOf",
                                "anyOf",
                                "contains",
                                "dependencies",
                                "exclusiveMaximum",
                                "exclusiveMinimum",
                                "maxProperties",
                                "minProperties",
                                "multipleOf",
                                "not",
                                "oneOf",
                                "patternProperties",
                                "propertyNames",
                                "uniqueItems"}) {
        CAPTURE(keyword);
        CHECK(run(keyword).groups == 0);
    }
}

TEST_CASE("SchemaValidator: its formats differ from the JSON Schema test suite only where they are meant to",
          "[plugin]") {
    // Its illegal character is an underscore, which names of containers have.
    CHECK(run("optional/format/hostname").wrong ==
          std::set<std::string>{"a host name containing illegal characters"});
    CHECK(run("optional/format/email").wrong == std::set<std::string>());
    CHECK(run("optional/format/uri").wrong == std::set<std::string>());
}
