#pragma once

#include <functional>
#include <string>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/model/adapter.h"
#include "core/model/execution.h"
#include "core/model/job.h"
#include "core/secrets/secret_box.h"
#include "core/store/adapter_store.h"
#include "core/store/connection.h"
#include "core/store/database.h"
#include "core/store/execution_store.h"
#include "core/store/job_store.h"
#include "core/store/key_store.h"
#include "core/store/setting_store.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// A fresh history store.
struct StoreFixture {
    TempDir folder;
    Log log{Log::Level::Warning};
    std::filesystem::path file = folder / "dbackup.db";
    store::Database database{file, log};
};

inline TimePoint at(std::int64_t millis) {
    return fromMillis(1'700'000'000'000 + millis);
}

inline Adapter adapterNamed(const std::string& id, AdapterType type = AdapterType::Database) {
    Adapter adapter;
    adapter.id = id;
    adapter.name = "name of " + id;
    adapter.type = type;
    adapter.adapter_id = type == AdapterType::Database ? "postgres" : "local-filesystem";
    adapter.config = R"({"host":"localhost"})";
    adapter.secrets = R"({"password":"canary"})";
    adapter.storage_role = type == AdapterType::Storage ? "DESTINATION" : "";
    adapter.created_at = at(1);
    adapter.updated_at = at(1);
    return adapter;
}

inline Execution executionOf(const std::string& id, std::int64_t queued_at = 0, const std::string& job = {}) {
    Execution execution;
    execution.id = id;
    execution.job_id = job;
    execution.queued_at = at(queued_at);
    execution.trigger_type = "Api";
    execution.trigger_label = "key";
    return execution;
}

/// The kind of error that an action throws; None if it throws nothing.
inline ErrorKind kindThrownBy(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::None;
}

}  // namespace dbackup::test
