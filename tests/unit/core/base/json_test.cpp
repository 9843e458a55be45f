#include "core/base/json.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace dbackup;

TEST_CASE("parseJson: says where a text is malformed", "[base]") {
    struct Case {
        std::string text;
        std::string place;
    };
    const std::vector<Case> cases = {
        {"", "line 1, column 1"},
        {"{\"a\": }", "line 1, column 7"},
        {"{\n  \"a\": 1,\n  b: 2\n}", "line 3, column 3"},
        {"{\"a\": 1", "line 1, column 8"},
        {"[1, 2", "line 1, column 6"},
        {"{\"a\" 1}", "line 1, column 6"},
        {"{\"a\": \"x", "line 1, column 9"},
        {"{\"a\": tru}", "line 1, column 10"},
        {"{\"a\": nul}", "line 1, column 10"},
        {"{\"a\": falsch}", "line 1, column 11"},
        {"{} {}", "line 1, column 4"},
        {"{\"a\": 1} x", "line 1, column 10"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.text);
        CHECK_THROWS_WITH(parseJson(each.text, "the body"),
                          Catch::Contains("the body is not valid JSON") && Catch::Contains(each.place));
    }
}

TEST_CASE("parseJson: refuses deep nesting instead of exhausting the stack", "[base]") {
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    CHECK_THROWS_AS(parseJson(deep, "x"), Error);
    const std::string fine = std::string(20, '[') + std::string(20, ']');
    CHECK_NOTHROW(parseJson(fine, "x"));
}

TEST_CASE("parseJsonObject: wants an object", "[base]") {
    CHECK_THROWS_WITH(parseJsonObject("[1]", "the body"), Catch::Contains("must be a JSON object"));
    CHECK_THROWS_WITH(parseJsonObject("12", "the body"), Catch::Contains("must be a JSON object"));
    CHECK(parseJsonObject("{\"b\":1,\"a\":2}", "x")->size() == 2);
}

TEST_CASE("toText: keeps the order of keys, 64-bit numbers and text as it was", "[base]") {
    const std::string text = R"({"z":9007199254740993,"a":"\u00e4\"\\\n","n":null,"t":true,"l":[1,"2"]})";
    const auto again = toText(JsonVar(parseJsonObject(text, "x")));
    CHECK(again.rfind("{\"z\":9007199254740993,\"a\":", 0) == 0);
    const auto reread = parseJsonObject(again, "x");
    CHECK(textOr(*reread, "a") == "\xc3\xa4\"\\\n");
    CHECK(reread->isNull("n"));
    auto object = newObject();
    object->set("b", 1);
    object->set("a", "x");
    CHECK(toText(JsonVar(object)) == R"({"b":1,"a":"x"})");
}

TEST_CASE("members: come by type or as the fallback, another type is named", "[base]") {
    const auto object = parseJsonObject(R"({"s":"x","i":-5,"f":1.5,"b":true,"o":{},"l":[],"n":null})", "x");
    CHECK(textOr(*object, "s") == "x");
    CHECK(textOr(*object, "n", "none") == "none");
    CHECK(textOr(*object, "absent", "none") == "none");
    CHECK_THROWS_WITH(textOr(*object, "i"), "i must be a string");
    CHECK(integerOr(*object, "i", 0) == -5);
    CHECK(integerOr(*object, "absent", 7) == 7);
    CHECK_THROWS_WITH(integerOr(*object, "f", 0), "f must be a whole number");
    CHECK_THROWS_WITH(integerOr(*object, "b", 0), "b must be a whole number");
    CHECK_THROWS_WITH(integerOr(*object, "s", 0), "s must be a whole number");
    CHECK(flagOr(*object, "b", false));
    CHECK(flagOr(*object, "n", true));
    CHECK_THROWS_WITH(flagOr(*object, "i", false), "i must be true or false");
    CHECK(objectAt(*object, "o"));
    CHECK_FALSE(objectAt(*object, "n"));
    CHECK_THROWS_WITH(objectAt(*object, "l"), "l must be an object");
    CHECK(arrayAt(*object, "l"));
    CHECK_FALSE(arrayAt(*object, "absent"));
    CHECK_THROWS_WITH(arrayAt(*object, "o"), "o must be an array");
}
