#include "core/protocol/messages.h"

#include <catch2/catch.hpp>

using namespace dbackup;
using namespace dbackup::protocol;

namespace {

ComponentRef component(const std::string& id) {
    return {id, "The " + id, "/plugins/x.so", "postgres", R"({"host":"db","password":"p\"q"})", {"password"}};
}

bool same(const ComponentRef& a, const ComponentRef& b) {
    return a.id == b.id && a.name == b.name && a.plugin_file == b.plugin_file && a.component == b.component &&
           a.settings == b.settings && a.secret_keys == b.secret_keys;
}

/// As it would arrive: through its text.
JsonObject::Ptr sent(const JsonObject::Ptr& json) {
    return parseJsonObject(toText(json), "message");
}

BackupRequest backupRequest() {
    BackupRequest request;
    request.setup = {"/scratch/1", "/opt/tools:/usr/bin"};
    request.execution_id = "e-1";
    request.job_id = "j-1";
    request.job_name = "nightly \"ü\"";
    request.path = "nightly/2026-01-01";
    request.created_at = fromIso("2026-01-15T10:30:00.123Z");
    request.trigger_type = "Api";
    request.trigger_label = "key";
    request.locked = true;
    request.sources = {{component("s1"), {"a", "b"}, "sql"}};
    request.destinations = {{component("d1")}, {component("d2"), 4, 5000, VerifyMode::Full}};
    request.compression = "gzip";
    request.compression_level = 7;
    request.parallel = 3;
    request.volume_bytes = 5'000'000'000;
    request.spool_bytes = 7'000'000'000;
    request.spool_folder = "/spool";
    return request;
}

/// What reading the backup request says once `change` has spoilt it.
template <class Change>
std::string faultOf(Change change) {
    JsonObject::Ptr json = sent(toJson(backupRequest()));
    change(*json);
    try {
        backupRequestFrom(*sent(json));
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Settings);
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("BackupRequest: arrives as it was sent", "[protocol]") {
    const BackupRequest request = backupRequest();
    const BackupRequest back = backupRequestFrom(*sent(toJson(request)));
    CHECK(back.setup.scratch == request.setup.scratch);
    CHECK(back.setup.tool_path == request.setup.tool_path);
    CHECK(back.execution_id == request.execution_id);
    CHECK(back.job_id == request.job_id);
    CHECK(back.job_name == request.job_name);
    CHECK(back.path == request.path);
    CHECK(back.created_at == request.created_at);
    CHECK(back.trigger_type == request.trigger_type);
    CHECK(back.trigger_label == request.trigger_label);
    CHECK(back.locked);
    REQUIRE(back.sources.size() == 1);
    CHECK(same(back.sources[0].component, request.sources[0].component));
    CHECK(back.sources[0].databases == request.sources[0].databases);
    CHECK(back.sources[0].format == "sql");
    REQUIRE(back.destinations.size() == 2);
    CHECK(same(back.destinations[1].component, request.destinations[1].component));
    CHECK(back.destinations[0].retries == 0);
    CHECK(back.destinations[0].verify == VerifyMode::Checksum);
    CHECK(back.destinations[1].retries == 4);
    CHECK(back.destinations[1].bandwidth_limit == 5000);
    CHECK(back.destinations[1].verify == VerifyMode::Full);
    CHECK(back.compression == "gzip");
    CHECK(back.compression_level == 7);
    CHECK(back.parallel == 3);
    CHECK(back.volume_bytes == request.volume_bytes);
    CHECK(back.spool_bytes == request.spool_bytes);
    CHECK(back.spool_folder == "/spool");
}

TEST_CASE("BackupRequest: how it is delivered may be left out, but not be nonsense", "[protocol]") {
    JsonObject::Ptr json = sent(toJson(backupRequest()));
    JsonObject::Ptr destination = arrayAt(*json, "destinations")->getObject(1);
    for (const char* key : {"retries", "bandwidthLimit", "verify"})
        destination->remove(key);
    json->remove("spoolBytes");
    json->remove("spoolFolder");
    const BackupRequest back = backupRequestFrom(*sent(json));
    CHECK(back.destinations[1].retries == 0);
    CHECK(back.destinations[1].bandwidth_limit == 0);
    CHECK(back.destinations[1].verify == VerifyMode::Checksum);
    CHECK(back.spool_bytes == 0);
    CHECK(back.spool_folder.empty());
    const auto fault = [](const std::string& key, const Poco::Dynamic::Var& value) {
        return faultOf(
            [&](JsonObject& request) { arrayAt(request, "destinations")->getObject(1)->set(key, value); });
    };
    CHECK_THAT(fault("verify", "perhaps"), Catch::Contains("destinations[1].verify"));
    CHECK_THAT(fault("retries", -1), Catch::Contains("destinations[1].retries"));
    CHECK_THAT(fault("bandwidthLimit", "fast"), Catch::Contains("destinations[1].bandwidthLimit"));
}

TEST_CASE("RestoreRequest: arrives as it was sent", "[protocol]") {
    RestoreRequest request;
    request.setup = {"/scratch", "/bin"};
    request.execution_id = "e-2";
    request.origin = component("d");
    request.path = "job/backup";
    request.target = component("s");
    request.items = {{"a", "a2"}, {"b", ""}};
    request.globals = true;
    request.overwrite = true;
    request.no_owner = true;
    const RestoreRequest back = restoreRequestFrom(*sent(toJson(request)));
    CHECK(back.setup.tool_path == "/bin");
    CHECK(back.execution_id == "e-2");
    CHECK(same(back.origin, request.origin));
    CHECK(same(back.target, request.target));
    CHECK(back.path == "job/backup");
    REQUIRE(back.items.size() == 2);
    CHECK(back.items[0].original == "a");
    CHECK(back.items[0].target == "a2");
    CHECK(back.globals);
    CHECK(back.overwrite);
    CHECK(back.no_owner);
}

TEST_CASE("ComponentRequest and CleanupRequest: arrive as they were sent", "[protocol]") {
    const ComponentRequest request{{"/s", "/t"}, component("c")};
    const ComponentRequest back = componentRequestFrom(*sent(toJson(request)));
    CHECK(same(back.component, request.component));
    CHECK(back.setup.scratch == "/s");

    const CleanupRequest cleanup{{"/s", "/t"}, component("c"), {"one", "two"}, "job/backup"};
    const CleanupRequest cleanup_back = cleanupRequestFrom(*sent(toJson(cleanup)));
    CHECK(same(cleanup_back.component, cleanup.component));
    CHECK(cleanup_back.tokens == cleanup.tokens);
    CHECK(cleanup_back.path == "job/backup");
}

TEST_CASE("Requests: a fault is named with its place", "[protocol]") {
    CHECK(faultOf([](JsonObject& json) { json.remove("jobName"); }) ==
          "message: member \"jobName\" is missing");
    CHECK(faultOf([](JsonObject& json) { json.set("jobName", 5); }) ==
          "message: member \"jobName\" must be a string");
    CHECK(faultOf([](JsonObject& json) { json.set("parallel", "2"); }) ==
          "message: member \"parallel\" must be a whole number");
    CHECK(faultOf([](JsonObject& json) { json.set("parallel", true); }) ==
          "message: member \"parallel\" must be a whole number");
    CHECK(faultOf([](JsonObject& json) { json.set("parallel", 0); }) ==
          "message: member \"parallel\" must be from 1 to 64");
    CHECK(faultOf([](JsonObject& json) {
              json.set("volumeBytes", static_cast<Poco::UInt64>(std::numeric_limits<std::uint64_t>::max()));
          }) == "message: member \"volumeBytes\" is too large");
    CHECK(faultOf([](JsonObject& json) { json.set("locked", "yes"); }) ==
          "message: member \"locked\" must be true or false");
    CHECK(faultOf([](JsonObject& json) { json.set("sources", newObject()); }) ==
          "message: member \"sources\" must be an array");
    CHECK(faultOf([](JsonObject& json) { json.getArray("sources")->add(1); }) ==
          "message: member \"sources\" must hold objects only");
    CHECK(faultOf([](JsonObject& json) {
              json.getArray("sources")->getObject(0)->getArray("databases")->add(1);
          }) == "message: member \"sources[0].databases\" must hold strings only");
    CHECK(faultOf([](JsonObject& json) {
              json.getArray("destinations")->getObject(1)->remove("pluginFile");
          }) == "message: member \"destinations[1].pluginFile\" is missing");
    CHECK(faultOf([](JsonObject& json) { json.set("setup", "x"); }) ==
          "message: member \"setup\" must be an object");
}

TEST_CASE("Requests: another version of the protocol is refused with both numbers", "[protocol]") {
    JsonObject::Ptr json = sent(toJson(backupRequest()));
    json->set("version", 99);
    try {
        backupRequestFrom(*json);
        FAIL("accepted");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::Unsupported);
        CHECK(std::string(error.what()).find("99") != std::string::npos);
        CHECK(std::string(error.what()).find("speaks 1") != std::string::npos);
    }
}

TEST_CASE("BackupResult: arrives as it was sent", "[protocol]") {
    BackupResult result;
    result.outcome = Outcome::Partial;
    result.size_bytes = 1234;
    result.artifacts = {
        {"j/b/a.dump.zst", "s1", "a", "database", "dump", "zstd", 100, 400, std::string(64, 'a')}};
    result.destinations = {{"d1", "one", true, ""}, {"d2", "two", false, "disk full"}};
    result.engine_version = "15.20";
    result.engine_edition = "Debian";
    const BackupResult back = backupResultFrom(*sent(toJson(result)));
    CHECK(back.outcome == Outcome::Partial);
    CHECK(back.size_bytes == 1234);
    REQUIRE(back.artifacts.size() == 1);
    CHECK(back.artifacts[0].name == "j/b/a.dump.zst");
    CHECK(back.artifacts[0].original_bytes == 400);
    CHECK(back.artifacts[0].sha256 == std::string(64, 'a'));
    REQUIRE(back.destinations.size() == 2);
    CHECK(back.destinations[1].error == "disk full");
    CHECK_FALSE(back.destinations[1].ok);
    CHECK(back.engine_version == "15.20");
    CHECK(back.engine_edition == "Debian");

    CHECK(backupResultFrom(*sent(toJson(BackupResult()))).outcome == Outcome::None);
    JsonObject::Ptr wrong = toJson(result);
    wrong->set("outcome", "Splendid");
    CHECK_THROWS_WITH(backupResultFrom(*wrong), "message: \"Splendid\" is no outcome");
}
