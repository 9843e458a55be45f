#include "api/handlers/body_fields.h"

#include <catch2/catch.hpp>

using namespace dbackup;
using dbackup::api::BodyFields;
using dbackup::api::HttpError;

namespace {

BodyFields fieldsOf(const std::string& json) {
    return BodyFields(parseJsonObject(json, "the body"));
}

std::map<std::string, std::string> faultsOf(const BodyFields& fields) {
    try {
        fields.throwIfFaulty();
    } catch (const HttpError& error) {
        CHECK(error.status() == 400);
        return error.details();
    }
    return {};
}

}  // namespace

TEST_CASE("BodyFields: members that are absent or null are no values", "[handlers]") {
    auto fields = fieldsOf(R"({"n":null})");
    CHECK_FALSE(fields.text("a"));
    CHECK_FALSE(fields.text("n"));
    CHECK_FALSE(fields.flag("n"));
    CHECK_FALSE(fields.integer("n", 0, 1));
    CHECK_FALSE(fields.time("n"));
    CHECK_FALSE(fields.texts("n"));
    CHECK_FALSE(fields.objectOrText("n"));
    CHECK(fields.has("n"));
    CHECK_FALSE(fields.has("a"));
    CHECK_FALSE(fields.given("n"));
    CHECK(faultsOf(fields).empty());
}

TEST_CASE("BodyFields: values of the right type are read", "[handlers]") {
    auto fields = fieldsOf(
        R"({"t":"x","f":true,"i":7,"d":"2026-01-15T10:30:00+02:00","l":["a","b"],"o":{"k":1},"j":"{\"k\":2}"})");
    CHECK(fields.text("t") == "x");
    CHECK(fields.flag("f") == true);
    CHECK(fields.integer("i", 1, 7) == 7);
    CHECK(toIso(fields.time("d").value()) == "2026-01-15T08:30:00.000Z");
    CHECK(fields.texts("l") == std::vector<std::string>{"a", "b"});
    CHECK(toText(fields.objectOrText("o")) == R"({"k":1})");
    CHECK(toText(fields.objectOrText("j")) == R"({"k":2})");
    CHECK(faultsOf(fields).empty());
}

TEST_CASE("BodyFields: all faults are told at once, each by its field", "[handlers]") {
    auto fields = fieldsOf(
        R"({"t":1,"f":"yes","i":9,"r":1.5,"d":"tomorrow","l":[1],"a":"x","o":[],"j":"[1]","n":"  ","c":"a\nb"})");
    fields.text("t");
    fields.flag("f");
    fields.integer("i", 1, 8);
    fields.integer("r", 1, 8);
    fields.time("d");
    fields.texts("l");
    fields.array("a");
    fields.objectOrText("o");
    fields.objectOrText("j");
    fields.name("n", 10);
    fields.name("c", 10);
    const auto faults = faultsOf(fields);
    CHECK(faults.at("t") == "must be a text");
    CHECK(faults.at("f") == "must be true or false");
    CHECK(faults.at("i") == "must be from 1 to 8");
    CHECK(faults.at("r") == "must be a whole number");
    CHECK(faults.at("d") == "must be a time as in 2026-01-15T10:30:00Z");
    CHECK(faults.at("l") == "must be an array of texts");
    CHECK(faults.at("a") == "must be an array");
    CHECK(faults.at("o") == "must be an object, or one as JSON text");
    CHECK(faults.at("j").find("must be an object, or one as JSON text") == 0);
    CHECK(faults.at("n") == "must not be blank");
    CHECK(faults.at("c") == "must not contain control characters");
    CHECK(faults.size() == 11);
}

TEST_CASE("BodyFields: a number is not a flag and a flag is not a number", "[handlers]") {
    auto fields = fieldsOf(R"({"f":1,"i":true})");
    CHECK_FALSE(fields.flag("f"));
    CHECK_FALSE(fields.integer("i", 0, 1));
    CHECK(faultsOf(fields).size() == 2);
}

TEST_CASE("BodyFields: texts are bounded", "[handlers]") {
    auto fields = fieldsOf(R"({"t":"12345"})");
    CHECK_FALSE(fields.text("t", 4));
    CHECK(faultsOf(fields).at("t") == "must have at most 4 bytes");
}

TEST_CASE("BodyFields: the message names fields; a sentence of the contract stands alone", "[handlers]") {
    auto one = fieldsOf("{}");
    one.sentence("sourceId", "Source adapter \"x\" not found.");
    CHECK_THROWS_WITH(one.throwIfFaulty(), "Source adapter \"x\" not found.");
    one.fault("name", "is required");
    CHECK_THROWS_WITH(one.throwIfFaulty(),
                      "Invalid request body: name is required; Source adapter \"x\" not found");
}

TEST_CASE("BodyFields: faults of a nested object bear its path", "[handlers]") {
    auto outer = fieldsOf("{}");
    BodyFields inner(parseJsonObject(R"({"priority":"high"})", "the body"), "destinations[0].");
    inner.integer("priority", 0, 9);
    outer.faults(inner);
    CHECK(faultsOf(outer).count("destinations[0].priority") == 1);
}

TEST_CASE("BodyFields: required members must be there and not be empty", "[handlers]") {
    const auto fields = fieldsOf(R"({"a":"x","b":"","c":null})");
    CHECK_NOTHROW(fields.require({"a"}, "Missing"));
    try {
        fields.require({"a", "b", "c", "d"}, "Missing");
        FAIL("not thrown");
    } catch (const HttpError& error) {
        CHECK(std::string(error.what()) == "Missing");
        CHECK(error.details().size() == 3);
    }
}
