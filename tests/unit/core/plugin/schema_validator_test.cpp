#include "core/plugin/schema_validator.h"

#include <string>

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace dbackup;
using namespace dbackup::plugin;

namespace {

// What is said of settings; empty if they are accepted.
std::string faultsOf(const std::string& schema, const std::string& settings) {
    JsonObject::Ptr object = parseJsonObject(settings, "settings");
    return faultsText(SchemaValidator(schema).check(*object));
}

// What is said of one value for a property.
std::string faultOf(const std::string& property, const std::string& value) {
    return faultsOf(R"({"type":"object","properties":{"a":)" + property + "}}", "{\"a\":" + value + "}");
}

// The settings as the validator leaves them.
std::string filled(const std::string& schema, const std::string& settings) {
    JsonObject::Ptr object = parseJsonObject(settings, "settings");
    CHECK(faultsText(SchemaValidator(schema).check(*object)).empty());
    return toText(JsonVar(object));
}

}  // namespace

TEST_CASE("SchemaValidator: type tells what is wanted in plain words", "[plugin]") {
    CHECK(faultOf(R"({"type":"string"})", "7") == "/a must be a text");
    CHECK(faultOf(R"({"type":"integer"})", "\"7\"") == "/a must be a whole number");
    CHECK(faultOf(R"({"type":"integer"})", "7.5") == "/a must be a whole number");
    CHECK(faultOf(R"({"type":"integer"})", "1e300") == "/a must be a whole number");
    CHECK(faultOf(R"({"type":"number"})", "true") == "/a must be a number");
    CHECK(faultOf(R"({"type":"boolean"})", "0") == "/a must be true or false");
    CHECK(faultOf(R"({"type":"array"})", "{}") == "/a must be a list");
    CHECK(faultOf(R"({"type":"object"})", "[]") == "/a must be an object");
    CHECK(faultOf(R"({"type":"null"})", "0") == "/a must be null");
    CHECK(faultOf(R"({"type":["string","integer","null"]})", "true") ==
          "/a must be a text, a whole number or null");
    CHECK(faultOf(R"({"type":["string","null"]})", "null").empty());
    CHECK(faultOf(R"({"type":"string"})", "null") == "/a must be a text");
    CHECK(faultOf(R"({"type":"number"})", "7").empty());
}

TEST_CASE("SchemaValidator: a whole number may be written with a fraction of zero and is then made whole",
          "[plugin]") {
    CHECK(filled(R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"number"}}})",
                 R"({"a":5.0,"b":0.5})") == R"({"a":5,"b":0.5})");
}

TEST_CASE("SchemaValidator: enum and const name what may be", "[plugin]") {
    CHECK(faultOf(R"({"enum":["a","b",3]})", "\"c\"") == R"(/a must be "a", "b" or 3)");
    CHECK(faultOf(R"({"enum":["a"]})", "\"a\"").empty());
    CHECK(faultOf(R"({"const":"on"})", "\"off\"") == R"(/a must be "on")");
    CHECK(faultOf(R"({"const":1})", "1.0").empty());
    CHECK(faultOf(R"({"const":9007199254740993})", "9007199254740992") == "/a must be 9007199254740993");
    CHECK(faultOf(R"({"const":{"x":[1,null],"y":true}})", R"({"y":true,"x":[1,null]})").empty());
    CHECK_FALSE(faultOf(R"({"const":{"x":1}})", R"({"x":1,"y":2})").empty());
}

TEST_CASE("SchemaValidator: numbers have limits", "[plugin]") {
    const std::string port = R"({"type":"integer","minimum":1,"maximum":65535})";
    CHECK(faultOf(port, "0") == "/a must be at least 1");
    CHECK(faultOf(port, "65536") == "/a must be at most 65535");
    CHECK(faultOf(port, "1").empty());
    CHECK(faultOf(port, "65535").empty());
    CHECK(faultOf(R"({"minimum":0.5})", "0.25") == "/a must be at least 0.5");
    CHECK(faultOf(R"({"type":"integer","format":"port"})", "0") == "/a must be a port from 1 to 65535");
    CHECK(faultOf(R"({"type":"integer","format":"port"})", "443").empty());
}

TEST_CASE("SchemaValidator: texts have lengths in characters, not bytes", "[plugin]") {
    const std::string text = R"({"type":"string","minLength":2,"maxLength":3})";
    CHECK(faultOf(text, "\"\"") == "/a must not be empty");
    CHECK(faultOf(text, "\"x\"") == "/a must have at least 2 characters");
    CHECK(faultOf(text, "\"\u00e4\u00f6\u20ac\"").empty());
    CHECK(faultOf(text, "\"\u00e4\u00f6\u20acx\"") == "/a must have at most 3 characters");
    CHECK(faultOf(R"({"maxLength":1})", "\"xx\"") == "/a must have at most 1 character");
}

TEST_CASE("SchemaValidator: a pattern is searched anywhere unless it is anchored", "[plugin]") {
    CHECK(faultOf(R"({"pattern":"b"})", "\"abc\"").empty());
    CHECK(faultOf(R"({"pattern":"^b"})", "\"abc\"") == "/a must match the pattern ^b");
    CHECK(faultOf(R"({"pattern":"^a$"})", "\"a\\n\"") == "/a must match the pattern ^a$");
    CHECK(faultOf(R"({"pattern":"^(.)$"})", "\"\u20ac\"").empty());
}

TEST_CASE("SchemaValidator: text that is no UTF-8 matches no pattern", "[plugin]") {
    const SchemaValidator validator(R"({"type":"object","properties":{"a":{"pattern":"^a"}}})");
    JsonObject::Ptr settings = newObject();
    settings->set("a", std::string("a\xff"));
    CHECK(faultsText(validator.check(*settings)) == "/a must match the pattern ^a");
}

TEST_CASE("SchemaValidator: a format counts for texts that are not empty", "[plugin]") {
    CHECK(faultOf(R"({"type":"string","format":"path"})", "\"relative\"") == "/a must be an absolute path");
    CHECK(faultOf(R"({"type":"string","format":"path"})", "\"/absolute\"").empty());
    CHECK(faultOf(R"({"type":"string","format":"path"})", "\"\"").empty());
    CHECK(faultOf(R"({"type":"string","format":"path","minLength":1})", "\"\"") == "/a must not be empty");
    CHECK(faultOf(R"({"format":"path"})", "7").empty());
}

TEST_CASE("SchemaValidator: lists have lengths and their entries a schema", "[plugin]") {
    const std::string list =
        R"({"type":"array","minItems":1,"maxItems":2,"items":{"type":"string","minLength":1}})";
    CHECK(faultOf(list, "[]") == "/a must have at least 1 entry");
    CHECK(faultOf(list, R"(["x","y","z"])") == "/a must have at most 2 entries");
    CHECK(faultOf(list, R"(["x",""])") == "/a/1 must not be empty");
    CHECK(faultOf(list, R"([7,"x"])") == "/a/0 must be a text");
    CHECK(faultOf(list, R"(["x"])").empty());
}

TEST_CASE("SchemaValidator: all faults are told at once, each with its JSON pointer", "[plugin]") {
    const std::string schema = R"({"type":"object","additionalProperties":false,"required":["host","a/b~c"],
        "properties":{"host":{"type":"string"},"a/b~c":{},"port":{"type":"integer"},
                      "nested":{"type":"object","required":["x"],"properties":{"x":{},"y":{"type":"boolean"}}}}})";
    CHECK(faultsOf(schema, R"({"port":"5432","nested":{"y":1},"hots":"typo"})") ==
          "/host is required; /a~1b~0c is required; /port must be a whole number; /nested/x is required; "
          "/nested/y must be true or false; /hots is not a known setting");
}

TEST_CASE("SchemaValidator: without additionalProperties unknown members are left alone", "[plugin]") {
    CHECK(filled(R"({"type":"object","properties":{}})", R"({"extra":[1]})") == R"({"extra":[1]})");
}

TEST_CASE("SchemaValidator: defaults are filled in, and count for what is required", "[plugin]") {
    const std::string schema = R"({"type":"object","required":["a"],"properties":{
        "a":{"type":"integer","default":7},"b":{"type":"array","default":["x"]},"c":{"type":"string"},
        "d":{"type":"object","properties":{"e":{"default":true}}}}})";
    CHECK(filled(schema, "{}") == R"({"a":7,"b":["x"]})");
    CHECK(filled(schema, R"({"a":1,"d":{}})") == R"({"a":1,"d":{"e":true},"b":["x"]})");
}

TEST_CASE("SchemaValidator: settings do not share a default with the schema", "[plugin]") {
    const SchemaValidator validator(
        R"({"type":"object","properties":{"b":{"type":"array","default":["x"]}}})");
    JsonObject::Ptr first = newObject();
    CHECK(validator.check(*first).empty());
    first->getArray("b")->add("y");
    JsonObject::Ptr second = newObject();
    CHECK(validator.check(*second).empty());
    CHECK(toText(JsonVar(second)) == R"({"b":["x"]})");
}

TEST_CASE("SchemaValidator: a condition chooses between then and else, after the defaults", "[plugin]") {
    const std::string schema = R"({"type":"object",
        "properties":{"auth":{"enum":["password","key"],"default":"password"},"password":{},"key":{},"level":{}},
        "if":{"properties":{"auth":{"const":"password"}}},
        "then":{"required":["password"]},
        "else":{"required":["key"],"properties":{"level":{"default":3}}}})";
    CHECK(faultsOf(schema, "{}") == "/password is required");
    CHECK(faultsOf(schema, R"({"auth":"key"})") == "/key is required");
    CHECK(filled(schema, R"({"auth":"key","key":"k"})") == R"({"auth":"key","key":"k","level":3})");
    CHECK(filled(schema, R"({"password":"p"})") == R"({"password":"p","auth":"password"})");
    CHECK(faultsOf(schema, R"({"auth":"none"})") == R"(/auth must be "password" or "key"; /key is required)");
}

TEST_CASE("SchemaValidator: a condition without the property holds unless the property is required",
          "[plugin]") {
    const std::string then_x = R"(,"then":{"required":["x"]}})";
    const std::string holds = R"({"type":"object","if":{"properties":{"a":{"const":1}}})" + then_x;
    const std::string fails =
        R"({"type":"object","if":{"properties":{"a":{"const":1}},"required":["a"]})" + then_x;
    CHECK(faultsOf(holds, "{}") == "/x is required");
    CHECK(faultsOf(fails, "{}").empty());
}

TEST_CASE("SchemaValidator: conditions chain through else", "[plugin]") {
    const std::string schema = R"({"type":"object",
        "if":{"properties":{"m":{"const":1}}},"then":{"required":["a"]},
        "else":{"if":{"properties":{"m":{"enum":[2,3]}}},"then":{"required":["b"]},"else":{"required":["c"]}}})";
    CHECK(faultsOf(schema, R"({"m":1})") == "/a is required");
    CHECK(faultsOf(schema, R"({"m":3})") == "/b is required");
    CHECK(faultsOf(schema, R"({"m":4})") == "/c is required");
}

TEST_CASE("SchemaValidator: knows which settings are secret", "[plugin]") {
    const SchemaValidator validator(
        R"({"type":"object","properties":{"user":{},"password":{"x-secret":true},"token":{"x-secret":false}}})");
    CHECK(validator.secretKeys() == std::vector<std::string>{"password"});
    CHECK(validator.schema().has("properties"));
}

TEST_CASE("SchemaValidator: a fault never tells the value", "[plugin]") {
    const std::string property =
        R"({"type":"string","enum":["x"],"maxLength":1,"pattern":"^x$","format":"path"})";
    CHECK(faultOf(property, "\"canary\"").find("canary") == std::string::npos);
}
