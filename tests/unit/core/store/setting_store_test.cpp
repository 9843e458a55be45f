#include "core/store/setting_store.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/unit/core/store/store_fixture.h"

using namespace dbackup;
using dbackup::store::SettingStore;
using dbackup::test::kindThrownBy;

TEST_CASE("SettingStore: definitions are sorted, described and have sane defaults", "[store]") {
    const auto& all = store::settingDefinitions();
    CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.key < b.key; }));
    for (const auto& definition : all) {
        INFO(definition.key);
        CHECK(definition.type != store::SettingDefinition::Type::None);
        CHECK(definition.default_value >= definition.minimum);
        CHECK(definition.default_value <= definition.maximum);
        CHECK_FALSE(definition.description.empty());
    }
}

TEST_CASE_METHOD(test::StoreFixture,
                 "SettingStore: gives defaults, then what was set, also after a restart",
                 "[store]") {
    SettingStore settings(database);
    CHECK(settings.value("maxConcurrentJobs") == 1);
    CHECK(settings.value("api.rateLimit.enabled") == 1);
    CHECK(settings.value("api.rateLimit.read.points") == 100);
    settings.set({{"maxConcurrentJobs", 4}, {"api.rateLimit.enabled", 0}});
    settings.set({{"maxConcurrentJobs", 5}});
    CHECK(settings.value("maxConcurrentJobs") == 5);
    CHECK(SettingStore(database).value("maxConcurrentJobs") == 5);
    CHECK(SettingStore(database).value("api.rateLimit.enabled") == 0);
}

TEST_CASE_METHOD(test::StoreFixture,
                 "SettingStore: refuses all of a change when one of it is wrong",
                 "[store]") {
    SettingStore settings(database);
    CHECK_THROWS_WITH(settings.set({{"maxConcurrentJobs", 3}, {"nonsense", 1}}),
                      Catch::Contains("there is no setting 'nonsense'"));
    for (const std::int64_t value : {0, 11}) {
        CHECK(kindThrownBy([&] { settings.set({{"maxConcurrentJobs", value}}); }) == ErrorKind::Settings);
    }
    CHECK_THROWS_WITH(settings.set({{"execution.stallTimeoutSeconds", 604'801}}),
                      Catch::Contains("'execution.stallTimeoutSeconds' cannot be 604801"));
    CHECK(settings.value("maxConcurrentJobs") == 1);
    CHECK(kindThrownBy([&] { settings.value("nonsense"); }) == ErrorKind::NotFound);
}

TEST_CASE_METHOD(test::StoreFixture, "SettingStore: leaves settings of another version alone", "[store]") {
    database.write([](store::Connection& connection) {
        connection.execute("INSERT INTO settings (key, value) VALUES ('of.tomorrow', 3)");
    });
    CHECK(SettingStore(database).value("maxConcurrentJobs") == 1);
}

TEST_CASE_METHOD(test::StoreFixture,
                 "SettingStore: what was set within a work that is undone is not set",
                 "[store]") {
    SettingStore settings(database);
    CHECK_THROWS_AS(database.write([&](store::Connection&) {
        settings.set({{"maxConcurrentJobs", 4}});
        throw std::runtime_error("changed my mind");
    }),
                    std::runtime_error);
    settings.reload();
    CHECK(settings.value("maxConcurrentJobs") == 1);
    CHECK(SettingStore(database).value("maxConcurrentJobs") == 1);
}
