#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <thread>

#include <catch2/catch.hpp>

#include "core/base/ids.h"
#include "core/orchestrator/orchestrator.h"
#include "core/store/connection.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

/// Polls until it is true. @return false when it never was
inline bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

inline ErrorKind kindThrownBy(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.kind();
    }
    return ErrorKind::None;
}

inline std::string textThrownBy(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.text();
    }
    return {};
}

inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A worker's answer to `list`, as a line of a script.
inline std::string listing(const Manifest& manifest, const std::string& fault = {}) {
    auto entry = newObject();
    entry->set("path", manifest.path);
    entry->set("modified", "2026-01-15T10:30:00.000Z");
    entry->set("fault", fault);
    if (fault.empty()) entry->set("manifest", toText(manifest));
    JsonArray::Ptr backups = new JsonArray;
    backups->add(entry);
    auto data = newObject();
    data->set("backups", backups);
    return "data " + toText(JsonVar(data));
}

inline Manifest manifestOf(const std::string& adapter_id) {
    Manifest manifest;
    manifest.path = "shop/one";
    manifest.execution_id = "e1";
    manifest.job_id = "j1";
    manifest.job_name = "shop";
    manifest.created_at = fromIso("2026-01-15T10:30:00.000Z");
    manifest.software = "dbackup 0.1.0";
    manifest.trigger_type = "Api";
    manifest.sources.push_back({"id-shop", "shop", adapter_id, "15.4", ""});
    ManifestObject object;
    object.name = "alpha.bin";
    object.source_id = "id-shop";
    object.database = "alpha";
    object.contents = "database";
    object.format = "bin";
    object.compression = "none";
    object.original_bytes = object.size_bytes = 3;
    object.original_sha256 = std::string(64, 'a');
    object.volumes.push_back({"alpha.bin", 3, std::string(64, 'a')});
    manifest.objects.push_back(object);
    return manifest;
}

/// An orchestrator over a real store, whose worker plays scripts: see fake_worker.cpp.
class OrchestratorFixture {
public:
    inline static const std::string schema = R"({"type":"object","properties":{"folder":{"type":"string"},
        "script":{"type":"string"},"only":{"type":"string"},"password":{"type":"string","x-secret":true}},
        "additionalProperties":false})";

    OrchestratorFixture() { make(); }
    ~OrchestratorFixture() { orchestrator_.reset(); }

    /// An orchestrator as after a restart; not started.
    void make() {
        orchestrator_.reset();
        orchestrator_.emplace(orchestrator::Orchestrator::Parts{
            executions, jobs, adapters, settings, index, catalog, clock, log, worker});
    }
    orchestrator::Orchestrator& operator*() { return *orchestrator_; }
    orchestrator::Orchestrator* operator->() { return &*orchestrator_; }

    std::string addAdapter(AdapterType type,
                           const std::string& name,
                           const std::string& script,
                           const std::string& only = {}) {
        Adapter adapter;
        adapter.id = "id-" + name;
        adapter.name = name;
        adapter.type = type;
        adapter.adapter_id = type == AdapterType::Database ? "fake" : "folder";
        adapter.storage_role = type == AdapterType::Storage ? "DESTINATION" : "";
        auto config = newObject();
        config->set("folder", folder.path().string());
        config->set("script", script);
        if (!only.empty()) config->set("only", only);
        adapter.config = toText(JsonVar(config));
        adapter.secrets = R"({"password":"hunter2"})";
        adapters.add(adapter);
        return adapter.id;
    }
    std::string addSource(const std::string& name, const std::string& script) {
        return addAdapter(AdapterType::Database, name, script);
    }
    /// @param script  for the cleanups
    std::string addDestination(const std::string& name, const std::string& script = "ok") {
        return addAdapter(AdapterType::Storage, name, script);
    }
    std::string addJob(const std::string& name,
                       const std::string& script,
                       const std::vector<std::string>& destinations) {
        Job job;
        job.id = "job-" + name;
        job.name = name;
        job.source_id = addSource("source-" + name, script);
        for (const auto& destination : destinations) {
            job.destinations.push_back(
                {newId(), destination, static_cast<int>(job.destinations.size()), "{}"});
        }
        jobs.add(job);
        return job.id;
    }
    /// A job with one destination of its own.
    std::string addJob(const std::string& name, const std::string& script) {
        return addJob(name, script, {addDestination("disk-" + name)});
    }
    std::string startBackup(const std::string& job) {
        return orchestrator_->startBackup(job, {"Api", "ci"}, false);
    }

    Execution get(const std::string& id) const { return executions.find(id).value(); }
    bool isRunning(const std::string& id) const { return get(id).status == ExecutionStatus::Running; }
    bool isPending(const std::string& id) const { return get(id).status == ExecutionStatus::Pending; }
    bool hasEnded(const std::string& id) const { return get(id).ended_at.has_value(); }
    Execution ended(const std::string& id) const {
        REQUIRE(eventually([&] { return hasEnded(id); }));
        return get(id);
    }
    std::vector<std::string> logOf(const std::string& id) {
        database.flush();
        std::vector<std::string> lines;
        for (const auto& entry : executions.logs(id)) {
            lines.push_back(entry.level + ": " + entry.message);
        }
        return lines;
    }
    bool logHas(const std::string& id, const std::string& part) {
        const auto lines = logOf(id);
        return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return has(line, part); });
    }

    // The other side of the scripts' `touch` and `await`.
    bool touched(const std::string& name) const {
        return eventually([&] { return std::filesystem::exists(folder / name); });
    }
    bool isThere(const std::string& name) const { return std::filesystem::exists(folder / name); }
    void release(const std::string& name) const { std::ofstream(folder / name) << "go on\n"; }
    /// Requests that the worker got for a command, in order.
    std::vector<JsonObject::Ptr> requests(const std::string& command) const {
        std::vector<JsonObject::Ptr> found;
        std::ifstream in(folder / (command + ".requests"));
        for (std::string line; std::getline(in, line);) {
            found.push_back(parseJsonObject(line, "request"));
        }
        return found;
    }
    /// Names of the destinations that were cleaned up, in order.
    std::vector<std::string> cleaned() const {
        std::vector<std::string> names;
        for (const auto& request : requests("cleanup")) {
            names.push_back(textOr(*objectAt(*request, "component"), "name"));
        }
        return names;
    }

    /// A Running execution as a service that was killed leaves it behind.
    Execution interrupted(const std::string& job, const std::string& destination, const std::string& token) {
        Execution execution;
        execution.id = newId();
        execution.job_id = job;
        execution.queued_at = clock.now();
        executions.add(execution);
        executions.claim(execution.id, clock.now(), "job/backup");
        executions.updateProgressLater(execution.id, std::string(stage::uploading), 70);
        executions.addLeftover({execution.id, destination, ""});
        if (!token.empty()) executions.addLeftover({execution.id, destination, token});
        database.flush();
        return execution;
    }
    Execution pending(const std::string& job) {
        Execution execution;
        execution.id = newId();
        execution.job_id = job;
        execution.queued_at = clock.now();
        executions.add(execution);
        return execution;
    }

    TempDir folder;
    FakeClock clock;
    Log log{Log::Level::Error};
    secrets::SecretBox box = secrets::SecretBox::open(folder / "master.key");
    store::Database database{folder / "dbackup.db", log};
    store::ExecutionStore executions{database};
    store::JobStore jobs{database};
    store::AdapterStore adapters{database, box};
    store::SettingStore settings{database};
    store::BackupIndex index{database};
    plugin::PluginCatalog catalog{
        pluginFolder(), [](const std::string& file) { return describe(file); }, log};
    orchestrator::WorkerOptions worker{
        FAKE_WORKER, "/usr/bin:/bin", folder / "scratch", 0, std::chrono::seconds(3)};

private:
    std::string pluginFolder() const {
        const auto plugins = folder / "plugins";
        std::filesystem::create_directory(plugins);
        std::ofstream(plugins / "fake.so") << "described by the test\n";
        return plugins;
    }
    static plugin::PluginFile describe(const std::string& file) {
        plugin::PluginFile described{file, "fake", "1.0", "DBackup", "1.0", true, "", {}};
        described.components = {{"engine", "fake", "Fake", schema, R"({"formats":["bin"],"restore":true})"},
                                {"target", "folder", "Folder", schema, "{}"}};
        return described;
    }

    std::optional<orchestrator::Orchestrator> orchestrator_;
};

}  // namespace dbackup::test
