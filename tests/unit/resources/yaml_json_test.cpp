#include "resources/yaml_json.h"

#include <sstream>

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <Poco/JSON/Stringifier.h>
#include <catch2/catch.hpp>

using namespace dbackup::resources;

namespace {

std::string json(const Poco::Dynamic::Var& value) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(value, out);
    return out.str();
}

std::string asJson(const std::string& yaml) {
    const auto documents = parseYaml(yaml, "x.yaml");
    return documents.empty() ? "" : json(documents.front().value);
}

std::string faultOf(const std::string& yaml) {
    try {
        parseYaml(yaml, "x.yaml");
        return "none";
    } catch (const Fault& fault) {
        return fault.what();
    }
}

}  // namespace

TEST_CASE("YAML: plain scalars are read by the rules of JSON", "[resources]") {
    CHECK(asJson("a: 5") == R"({"a":5})");
    CHECK(asJson("a: -1.5") == R"({"a":-1.5})");
    CHECK(asJson("a: true") == R"({"a":true})");
    CHECK(asJson("a:") == R"({"a":null})");
    CHECK(asJson("a: ~") == R"({"a":null})");
    // What is none of these is a text: a password of digits keeps its zero, "no" is no flag.
    CHECK(asJson("a: 0755") == R"({"a":"0755"})");
    CHECK(asJson("a: no") == R"({"a":"no"})");
    CHECK(asJson("a: 1.2.3") == R"({"a":"1.2.3"})");
    CHECK(asJson("a: 2030-01-31T00:00:00Z") == R"({"a":"2030-01-31T00:00:00Z"})");
    CHECK(asJson("a: '5'") == R"({"a":"5"})");
    CHECK(asJson("a: \"true\"") == R"({"a":"true"})");
    CHECK(asJson("a: !!str 5") == R"({"a":"5"})");
}

TEST_CASE("YAML: members keep their order, lists and anchors work", "[resources]") {
    CHECK(asJson("z: 1\na: [x, {b: 2}]\n") == R"({"z":1,"a":["x",{"b":2}]})");
    CHECK(asJson("a: &x {b: 1}\nc: *x\n") == R"({"a":{"b":1},"c":{"b":1}})");
}

TEST_CASE("YAML: every document tells its line, empty ones are left out", "[resources]") {
    const auto documents = parseYaml("# a comment\nkind: A\n---\n---\nkind: B\n", "x.yaml");
    REQUIRE(documents.size() == 2);
    CHECK(documents[0].line == 2);
    CHECK(documents[1].line == 5);
}

TEST_CASE("YAML: faults name file, line and column", "[resources]") {
    CHECK(faultOf("a: 1\na: 2\n") == "x.yaml:2:1: \"a\" is there twice");
    CHECK_THAT(faultOf("a: [1\n"), Catch::StartsWith("x.yaml:"));
    CHECK_THAT(faultOf("a: b: c\n"), Catch::StartsWith("x.yaml:"));
    CHECK_THAT(faultOf("[a, b]: 1"), Catch::Contains("must be a plain text"));
    CHECK_THAT(faultOf(std::string(100, '[') + std::string(100, ']')), Catch::Contains("too deeply"));
}

TEST_CASE("YAML: anchors cannot make a small file huge", "[resources]") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 8; ++i) {
        const std::string below = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below;
        for (int k = 0; k < 9; ++k) {
            bomb += ", " + below;
        }
        bomb += "]\n";
    }
    CHECK_THAT(faultOf(bomb), Catch::Contains("more than 100000 values"));
}

TEST_CASE("YAML: what is written is read as the same value", "[resources]") {
    const std::string text =
        R"({"kind":"Job","empty":"","digits":"0123","number":"12","yes":"yes","off":"off","null":"null","time":"12:30",)"
        R"("lines":"a\nb\n","tabs":"a\tb\nc\n","colon":"a: b","hash":"# x","quote":"it's \"so\"","dash":"- a","space":" a ",)"
        R"("utf8":"Größe","list":[],"object":{},"nested":{"a":[1,2.5,true,null,{"b":"c"}]},"placeholder":"${env:A}",)"
        R"("cron":"0 3 * * *","star":"*","at":"@daily","percent":"%x","1":"one"})";
    const auto value = Poco::JSON::Parser(new Poco::JSON::ParseHandler(true)).parse(text);
    const std::string yaml = toYaml(value);
    INFO(yaml);
    CHECK(asJson(yaml) == json(value));
}
