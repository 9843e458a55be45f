#include <catch2/catch.hpp>

#include "tests/unit/api/handlers/fixture.h"

using namespace dbackup;
using dbackup::test::Answer;
using dbackup::test::HandlerFixture;

TEST_CASE("Health: a well service says so, to anybody", "[handlers]") {
    HandlerFixture service;
    service.clock.advance(std::chrono::milliseconds(90'500));
    const Answer health = service.get("/health", {});
    CHECK(health.status == 200);
    CHECK(health.text("status") == "healthy");
    CHECK(health.text("database") == "connected");
    CHECK(health.text("uptime") == "90");
    CHECK(health.text("timestamp") == "2026-01-15T10:31:30.500Z");
    CHECK(health.text("responseTime") == "0");
    CHECK(health.at("memory.rss").convert<int>() > 0);
    CHECK(health.at("memory.heapTotal").convert<int>() >= health.at("memory.heapUsed").convert<int>());
}

TEST_CASE("Plugins: loaded and refused ones are listed, with schema and reason", "[handlers]") {
    HandlerFixture service({"broken.so"});
    const Answer plugins = service.get("/plugins");
    REQUIRE(plugins.size("data") == 3);
    CHECK(plugins.text("data[0].status") == "refused");
    CHECK(plugins.text("data[0].reason").find("built for ABI 9.0") != std::string::npos);
    CHECK(plugins.text("data[2].status") == "loaded");
    CHECK(plugins.text("data[2].abi") == "1.0");
    CHECK(plugins.text("data[2].components[0].kind") == "engine");
    CHECK(plugins.text("data[2].components[0].schema.type") == "object");
    CHECK(plugins.text("data[2].components[0].capabilities.formats[1]") == "sql");
    CHECK(service.get("/plugins", {}).status == 403);
}

TEST_CASE("Settings: each has value, default, bounds and a description", "[handlers]") {
    HandlerFixture service;
    const Answer settings = service.get("/settings");
    REQUIRE(settings.status == 200);
    REQUIRE(settings.size("data") == store::settingDefinitions().size());
    for (std::size_t i = 0; i < settings.size("data"); ++i) {
        const std::string at = "data[" + std::to_string(i) + "].";
        const auto& definition = store::settingDefinitions()[i];
        CHECK(settings.text(at + "key") == definition.key);
        CHECK(settings.text(at + "value") == settings.text(at + "default"));
        CHECK(settings.text(at + "description") == definition.description);
        const bool is_flag = definition.type == store::SettingDefinition::Type::Boolean;
        CHECK(settings.at(at + "value").isBoolean() == is_flag);
        CHECK(settings.isNull(at + "maximum") == is_flag);
    }
}

TEST_CASE("Settings: they are changed all or none", "[handlers]") {
    HandlerFixture service;
    CHECK(service.put("/settings", R"({"maxConcurrentJobs":3})").status == 200);
    CHECK(service.settings.value("maxConcurrentJobs") == 3);
    CHECK(service.put("/settings", R"({"key":"maxConcurrentJobs","value":4})").status == 200);
    CHECK(service.settings.value("maxConcurrentJobs") == 4);
    CHECK(service.put("/settings", R"({"api.rateLimit.enabled":false})").status == 200);
    CHECK(service.settings.value("api.rateLimit.enabled") == 0);
    const Answer wrong =
        service.put("/settings", R"({"maxConcurrentJobs":5,"api.rateLimit.enabled":1,"nonsense":1})");
    CHECK(wrong.status == 400);
    CHECK(wrong.detail("nonsense") == "is no setting");
    CHECK(wrong.detail("api.rateLimit.enabled") == "must be true or false");
    CHECK(service.settings.value("maxConcurrentJobs") == 4);
    CHECK(service.put("/settings", R"({"maxConcurrentJobs":null})").detail("maxConcurrentJobs") ==
          "must have a value");
    CHECK(service.put("/settings", R"({"maxConcurrentJobs":0})").detail("maxConcurrentJobs") ==
          "must be from 1 to 10");
    CHECK(service.call("PUT", "/settings", "{}", {"settings:read"}).status == 403);
}

TEST_CASE("System: the time zone of schedules is UTC", "[handlers]") {
    HandlerFixture service;
    CHECK(service.get("/system/timezone", {}).body == R"({"schedulerTimezone":"UTC"})");
}

TEST_CASE("System: a body that is no JSON is told where", "[handlers]") {
    HandlerFixture service;
    for (const char* path : {"/jobs", "/adapters", "/api-keys", "/adapters/test-connection"}) {
        INFO(path);
        const Answer answer = service.post(path, "{\"name\": \n oops}");
        CHECK(answer.status == 400);
        CHECK(answer.error().find("line 2, column 2") != std::string::npos);
        CHECK(service.post(path, "[]").status == 400);
        CHECK(service.post(path, "").status == 400);
    }
}

TEST_CASE("System: its status tells version and free space", "[handlers]") {
    HandlerFixture service;
    const Answer answer = service.get("/system/status");
    CHECK(answer.status == 200);
    CHECK_FALSE(answer.text("data.version").empty());
    CHECK(answer.at("data.stateFolder.totalBytes").convert<std::int64_t>() > 0);
    CHECK(service.get("/system/status", {"jobs:read"}).status == 403);
}
