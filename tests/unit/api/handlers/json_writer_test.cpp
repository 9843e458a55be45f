#include "api/handlers/json_writer.h"

#include <catch2/catch.hpp>

using namespace dbackup;
using dbackup::api::JsonWriter;

namespace {

std::string arrayOf(std::string_view text) {
    JsonWriter out;
    out.beginArray().text(text).end();
    return out.take();
}

}  // namespace

TEST_CASE("JsonWriter: members and elements are separated, at every depth", "[handlers]") {
    JsonWriter out;
    out.beginObject()
        .text("a", "x")
        .beginObject("b")
        .end()
        .beginArray("c")
        .text("1")
        .beginObject()
        .number("d", 2)
        .flag("e", false)
        .end()
        .text("3")
        .end()
        .null("f")
        .json("g", "[1]")
        .end();
    CHECK(out.take() == R"({"a":"x","b":{},"c":["1",{"d":2,"e":false},"3"],"f":null,"g":[1]})");
}

TEST_CASE("JsonWriter: what is not there is null", "[handlers]") {
    JsonWriter out;
    out.beginObject()
        .textOrNull("a", "")
        .textOrNull("b", "x")
        .number("c", std::optional<std::int64_t>())
        .time("d", std::optional<TimePoint>())
        .time("e", fromIso("2026-01-15T10:30:00.042Z"))
        .end();
    CHECK(out.take() == R"({"a":null,"b":"x","c":null,"d":null,"e":"2026-01-15T10:30:00.042Z"})");
}

TEST_CASE("JsonWriter: a text that ends like a bracket does not confuse it", "[handlers]") {
    JsonWriter out;
    out.beginObject().text("a", "{").text("b:", "[").text("c", ":").end();
    CHECK(out.take() == R"({"a":"{","b:":"[","c":":"})");
}

TEST_CASE("JsonWriter: quotes, backslashes and control characters are escaped", "[handlers]") {
    CHECK(arrayOf("\"\\\n\r\t") == R"(["\"\\\n\r\t"])");
    CHECK(arrayOf(std::string_view("\x01\x1f\0\x7f", 4)) == R"(["\u0001\u001f\u0000\u007f"])");
    CHECK(arrayOf("</script>") == R"(["</script>"])");
}

TEST_CASE("JsonWriter: UTF-8 stays, anything else becomes U+FFFD", "[handlers]") {
    CHECK(arrayOf("Größe 数据 🗄") == "[\"Größe 数据 🗄\"]");
    CHECK(arrayOf("\xff") == R"(["\ufffd"])");
    CHECK(arrayOf("a\xc3") == R"(["a\ufffd"])");                              // cut
    CHECK(arrayOf("\xc0\xaf") == R"(["\ufffd\ufffd"])");                      // overlong
    CHECK(arrayOf("\xe0\x80\x80") == R"(["\ufffd\ufffd\ufffd"])");            // overlong
    CHECK(arrayOf("\xed\xa0\x80") == R"(["\ufffd\ufffd\ufffd"])");            // surrogate
    CHECK(arrayOf("\xf4\x90\x80\x80").find("\\ufffd") != std::string::npos);  // beyond U+10FFFF
    CHECK(arrayOf("\xf0\x80\x80\x80").find("\\ufffd") != std::string::npos);  // overlong
    CHECK(arrayOf("\xc3(") == R"(["\ufffd("])");
}

TEST_CASE("JsonWriter: every byte value gives text that a parser reads back", "[handlers]") {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text = "a" + std::string(1, static_cast<char>(byte)) + "b";
        INFO(byte);
        const auto array = parseJson(arrayOf(text), "the text").extract<JsonArray::Ptr>();
        const auto back = array->get(0).convert<std::string>();
        CHECK(back == (byte < 0x80 ? text
                                   : "a\xef\xbf\xbd"
                                     "b"));
    }
}

TEST_CASE("JsonWriter: it can be used again", "[handlers]") {
    JsonWriter out;
    out.beginArray().end();
    CHECK(out.take() == "[]");
    out.beginObject().end();
    CHECK(out.take() == "{}");
    CHECK(api::done().body == R"({"success":true})");
}
