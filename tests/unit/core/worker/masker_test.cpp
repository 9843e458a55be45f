#include "core/worker/masker.h"

#include <catch2/catch.hpp>

using namespace dbackup;
using worker::Masker;

namespace {

constexpr std::size_t plenty = 10'000;

sdk::SecretString secret(const std::string& value) {
    return sdk::SecretString(value);
}

}  // namespace

TEST_CASE("Masker: secrets become stars wherever they stand", "[worker]") {
    Masker masker;
    masker.add(secret("hunter2"));
    CHECK(masker.apply("hunter2 and hunter2", plenty) == "*** and ***");
    CHECK(masker.apply("nothing here", plenty) == "nothing here");
}

TEST_CASE("Masker: a secret that holds another is masked whole", "[worker]") {
    Masker masker;
    masker.add(secret("abc"));
    masker.add(secret("abcdef"));
    CHECK(masker.apply("abcdef abc", plenty) == "*** ***");
}

TEST_CASE("Masker: each line of a long secret is masked", "[worker]") {
    Masker masker;
    masker.add(secret("-----BEGIN\nMIIabc\nMIIdef\n"));
    CHECK(masker.apply("the tool says MIIdef", plenty) == "the tool says ***");
}

TEST_CASE("Masker: what is too short to be told from other text stays", "[worker]") {
    Masker masker;
    masker.add(secret("ab"));
    masker.add(secret(""));
    CHECK(masker.apply("about", plenty) == "about");
}

TEST_CASE("Masker: takes the secret settings of a component and no others", "[worker]") {
    Masker masker;
    masker.addSecretsOf({"s",
                         "S",
                         "",
                         "",
                         R"({"user":"postgres","password":"topsecret","port":5432})",
                         {"password", "port", "missing"}});
    CHECK(masker.apply("postgres topsecret 5432", plenty) == "postgres *** 5432");
}

TEST_CASE("Masker: bytes that are not UTF-8 are replaced", "[worker]") {
    const Masker masker;
    CHECK(masker.apply("gr\xC3\xBC\xC3\x9F"
                       "e \xF0\x9F\x98\x80",
                       plenty) ==
          "gr\xC3\xBC\xC3\x9F"
          "e \xF0\x9F\x98\x80");
    CHECK(masker.apply("a\xFF"
                       "b",
                       plenty) ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(masker.apply("\xC3", plenty) == "\xEF\xBF\xBD");
    CHECK(masker.apply("\xE2\x82", plenty) == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(masker.apply("\xED\xA0\x80x", plenty).back() == 'x');
}

TEST_CASE("Masker: long texts lose their middle, and no half of a secret is left", "[worker]") {
    Masker masker;
    masker.add(secret("SECRETSECRET"));
    std::string text;
    while (text.size() < 1000)
        text += "SECRETSECRET";
    const std::string cut = masker.apply("begin " + text + " end", 100);
    CHECK(cut.size() <= 100);
    CHECK(cut.find("SECRET") == std::string::npos);
    CHECK(cut.starts_with("begin "));
    CHECK(cut.ends_with(" end"));
    CHECK(cut.find("[...]") != std::string::npos);
}
