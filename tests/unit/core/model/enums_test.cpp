#include <catch2/catch.hpp>

#include "core/model/adapter.h"
#include "core/model/execution.h"

using namespace dbackup;

TEST_CASE("enums: every name is read back as what it names", "[model]") {
    for (const auto type : {AdapterType::Database, AdapterType::Storage, AdapterType::Notification}) {
        CHECK(adapterTypeFrom(toString(type)) == type);
    }
    for (const auto status : {ExecutionStatus::Pending,
                              ExecutionStatus::Running,
                              ExecutionStatus::Success,
                              ExecutionStatus::Failed}) {
        CHECK(executionStatusFrom(toString(status)) == status);
    }
    for (const auto outcome : {Outcome::Success, Outcome::Partial, Outcome::Failed, Outcome::Cancelled}) {
        CHECK(outcomeFrom(toString(outcome)) == outcome);
    }
}

TEST_CASE("enums: nothing has no name, and no name is nothing", "[model]") {
    CHECK(toString(AdapterType::None).empty());
    CHECK(toString(ExecutionStatus::None).empty());
    CHECK(toString(Outcome::None).empty());
    CHECK_FALSE(adapterTypeFrom("").has_value());
    CHECK_FALSE(executionStatusFrom("success").has_value());
    CHECK_FALSE(outcomeFrom("Half").has_value());
}
