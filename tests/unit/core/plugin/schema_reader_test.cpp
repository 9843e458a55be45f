#include <string>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/plugin/schema_validator.h"

using namespace dbackup;
using namespace dbackup::plugin;

namespace {

// What is said of a schema; empty if it is accepted.
std::string refusal(const std::string& schema) {
    try {
        const SchemaValidator validator(schema);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Settings);
        const std::string text = error.what();
        const std::string prefix = "the settings schema cannot be used: ";
        return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
    }
    return {};
}

// What is said of a schema with one property.
std::string refusalOf(const std::string& property) {
    return refusal(R"({"type":"object","properties":{"a":)" + property + "}}");
}

}  // namespace

TEST_CASE("SchemaValidator: a schema with every keyword of the subset is accepted", "[plugin]") {
    CHECK(refusal(R"({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object", "title": "t", "description": "d", "additionalProperties": false, "required": ["mode"],
        "properties": {
            "mode": {"type": "string", "enum": ["a", "b"], "default": "a", "x-enum-titles": ["A", "B"], "x-order": 1},
            "fixed": {"const": 7},
            "port": {"type": ["integer", "null"], "minimum": 1, "maximum": 65535, "default": 5432, "format": "port"},
            "name": {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^[a-z]+$", "x-placeholder": "p"},
            "list": {"type": "array", "minItems": 0, "maxItems": 3, "items": {"type": "string", "minLength": 1}},
            "ratio": {"type": "number", "x-group": "g", "x-advanced": true},
            "on": {"type": "boolean", "default": false},
            "nested": {"type": "object", "properties": {"inner": {"type": "string"}}},
            "password": {"type": "string", "x-secret": true},
            "other": {"x-of-the-future": {"anything": []}}
        },
        "if": {"properties": {"mode": {"const": "b"}}, "required": ["mode"]},
        "then": {"required": ["name"]},
        "else": {"if": {"properties": {"mode": {"enum": ["a"]}}}, "then": {"required": ["port"]}}
    })")
              .empty());
}

TEST_CASE("SchemaValidator: text that is no JSON object is no schema", "[plugin]") {
    CHECK_THAT(refusal("{"), Catch::StartsWith("the settings schema is not valid JSON"));
    CHECK(refusal("[]") == "the settings schema must be a JSON object");
}

TEST_CASE("SchemaValidator: all faults of a schema are told with their places", "[plugin]") {
    CHECK(
        refusal(R"({"type":"object","oneOf":[],"properties":{"a/b":{"type":"int","minimum":"1"},"c":7}})") ==
        "/oneOf is not a keyword of the subset; /properties/a~1b/type names an unknown type; "
        "/properties/a~1b/minimum must be a number; /properties/c must be an object");
}

TEST_CASE("SchemaValidator: settings are an object", "[plugin]") {
    CHECK(refusal(R"({"type":"string"})") == "/type must be \"object\" at the top");
    CHECK(refusal(R"({"properties":{}})") == "/type must be \"object\" at the top");
}

TEST_CASE("SchemaValidator: a keyword with a value of the wrong type is refused", "[plugin]") {
    CHECK(refusalOf(R"({"type":7})") == "/properties/a/type must be a type or a list of types");
    CHECK(refusalOf(R"({"type":["string",7]})") == "/properties/a/type names an unknown type");
    CHECK(refusalOf(R"({"title":7})") == "/properties/a/title must be a text");
    CHECK(refusalOf(R"({"description":{}})") == "/properties/a/description must be a text");
    CHECK(refusalOf(R"({"enum":"a"})") == "/properties/a/enum must be a list of values");
    CHECK(refusalOf(R"({"enum":[]})") == "/properties/a/enum must be a list of values");
    CHECK(refusalOf(R"({"maximum":"9"})") == "/properties/a/maximum must be a number");
    CHECK(refusalOf(R"({"minLength":-1})") == "/properties/a/minLength must be a whole number of at least 0");
    CHECK(refusalOf(R"({"maxItems":1.5})") == "/properties/a/maxItems must be a whole number of at least 0");
    CHECK(refusalOf(R"({"pattern":7})") == "/properties/a/pattern must be a regular expression");
    CHECK_THAT(refusalOf(R"({"pattern":"("})"),
               Catch::StartsWith("/properties/a/pattern is no regular expression: "));
    CHECK(refusalOf(R"({"format":"date"})") == "/properties/a/format is not a format of the subset");
    CHECK(refusalOf(R"({"format":7})") == "/properties/a/format is not a format of the subset");
    CHECK(refusalOf(R"({"properties":[]})") == "/properties/a/properties must be an object");
    CHECK(refusalOf(R"({"required":"b"})") == "/properties/a/required must be a list of names");
    CHECK(refusalOf(R"({"required":[7]})") == "/properties/a/required must be a list of names");
    CHECK(refusalOf(R"({"additionalProperties":true})") ==
          "/properties/a/additionalProperties can only be false");
    CHECK(refusalOf(R"({"additionalProperties":{}})") ==
          "/properties/a/additionalProperties can only be false");
    CHECK(refusalOf(R"({"x-advanced":1})") == "/properties/a/x-advanced must be true or false");
    CHECK(refusalOf(R"({"x-order":"1"})") == "/properties/a/x-order must be a number");
    CHECK(refusalOf(R"({"x-group":1})") == "/properties/a/x-group must be a text");
}

TEST_CASE("SchemaValidator: lists are of strings", "[plugin]") {
    CHECK(refusalOf(R"({"type":"array","items":{"type":"integer"}})") ==
          "/properties/a/items must be of type string");
    CHECK(refusalOf(R"({"items":true})") ==
          "/properties/a/items must be an object; /properties/a/items must be of type string");
}

TEST_CASE("SchemaValidator: a default must be a value that the schema takes", "[plugin]") {
    CHECK(refusalOf(R"({"type":"integer","default":"1"})") == "/properties/a/default must be a whole number");
    CHECK(refusalOf(R"({"type":"string","minLength":2,"default":"x"})") ==
          "/properties/a/default must have at least 2 characters");
}

TEST_CASE("SchemaValidator: secrets stand at the top, where they are masked", "[plugin]") {
    CHECK(refusalOf(R"({"type":"string","x-secret":true})").empty());
    CHECK(refusalOf(R"({"type":"object","properties":{"b":{"type":"string","x-secret":true}}})") ==
          "/properties/a/properties/b/x-secret is for settings at the top only");
    CHECK(refusalOf(R"({"x-secret":"yes"})") == "/properties/a/x-secret must be true or false");
}

TEST_CASE("SchemaValidator: a condition tests one property with const or enum", "[plugin]") {
    const auto refusalOfCondition = [](const std::string& condition) {
        return refusal(R"({"type":"object","properties":{},"if":)" + condition + R"(,"then":{}})");
    };
    const std::string reason = "/if must test one property with const or enum";
    CHECK(refusalOfCondition(R"({"properties":{"a":{"const":1}}})").empty());
    CHECK(refusalOfCondition(R"({"properties":{}})") == reason);
    CHECK(refusalOfCondition(R"({"properties":{"a":{"type":"string"}}})") == reason);
    CHECK(refusalOfCondition(R"({"properties":{"a":{"const":1},"b":{"const":1}}})") == reason);
    CHECK(refusalOfCondition(R"({"properties":{"a":{"const":1}},"type":"object"})") ==
          "/if/type has no place in a condition");
    CHECK(refusal(R"({"type":"object","then":{}})") == "has no \"if\"");
}

TEST_CASE("SchemaValidator: the dialect is draft 2020-12, named at the top", "[plugin]") {
    CHECK(refusal(R"({"type":"object","$schema":"http://json-schema.org/draft-07/schema#"})") ==
          "/$schema must be the address of draft 2020-12, at the top");
    CHECK(refusalOf(R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})") ==
          "/properties/a/$schema must be the address of draft 2020-12, at the top");
}
