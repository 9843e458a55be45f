#include "cli/names.h"

#include <catch2/catch.hpp>

#include "cli/failure.h"

using namespace dbackup::cli;

namespace {

std::vector<JsonObject::Ptr> three() {
    return objectsIn(
        parseJson(R"([{"id":"1","name":"Nightly"},{"id":"2","name":"nightly"},{"id":"3","name":"Weekly"}])"));
}

std::string idOf(const std::string& text) {
    return textAt(*named(three(), text, "job"), "id");
}

Failure failureOf(const std::string& text) {
    try {
        named(three(), text, "job");
    } catch (const Failure& failure) {
        return failure;
    }
    return {ExitCode::Success, "none"};
}

}  // namespace

TEST_CASE("named: an id, a name, or a name but for its case", "[cli]") {
    CHECK(idOf("3") == "3");
    CHECK(idOf("Nightly") == "1");
    CHECK(idOf("nightly") == "2");
    CHECK(idOf("WEEKLY") == "3");
}

TEST_CASE("named: what could be two is refused, what is none names the nearest", "[cli]") {
    CHECK(failureOf("NIGHTLY").code() == ExitCode::Usage);
    const Failure failure = failureOf("Wekly");
    CHECK(failure.code() == ExitCode::NotFound);
    CHECK(std::string(failure.what()) == "there is no job \"Wekly\"");
    CHECK(failure.hint() == "did you mean \"Weekly\"?");
    CHECK(failureOf("something else").hint().empty());
}
