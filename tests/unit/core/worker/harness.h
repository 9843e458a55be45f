#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/engine_extensions.h>
#include <dbackup/sdk/unique_fd.h>

#include "core/worker/commands.h"
#include "tests/unit/core/pipeline/fakes.h"

namespace dbackup::test {

inline protocol::BackupResult resultOf(const protocol::Event& event) {
    return protocol::backupResultFrom(*event.data);
}

/// An engine whose calls are functions of the test. [as its functions]
class ScriptEngine final : public sdk::DatabaseEngine, public sdk::RestoreObjects {
public:
    struct Script {
        std::vector<sdk::DatabaseInfo> databases{{"alpha", 1000}};
        std::function<void(const sdk::DumpRequest&, sdk::DumpOutput&, sdk::RunContext&)> dump =
            [](const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext&) {
                const bool globals = request.contents == "globals";
                const std::string name = globals ? "globals" : request.database;
                const auto sink =
                    output.object({name, globals ? "sql" : "bin", request.contents, R"({"k":1})"});
                sink->write("content of " + name);
                sink->finish();
            };
        std::function<void(const sdk::RestoreRequest&)> check_restore = [](const sdk::RestoreRequest&) {};
        std::function<void(const sdk::RestoreRequest&, const std::string&)> restored =
            [](const sdk::RestoreRequest&, const std::string&) {};
        /// Set: the engine has the extension RestoreObjects.
        std::function<void(const sdk::RestoreRequest&, sdk::DumpInput&)> restored_together;
        std::function<void(sdk::RunContext&)> test = [](sdk::RunContext&) {};
        std::function<void(sdk::RunContext&)> listing = [](sdk::RunContext&) {};
        std::string capabilities = R"({"formats":["bin"],"restore":true})";
    };

    explicit ScriptEngine(const Script& script) : script_(script) {}
    sdk::ServerInfo test(sdk::RunContext& run) override {
        script_.test(run);
        return {"15.2", "Test edition", "ready"};
    }
    std::vector<sdk::DatabaseInfo> databases(sdk::RunContext& run) override {
        script_.listing(run);
        return script_.databases;
    }
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) override {
        script_.dump(request, output, run);
    }
    void checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& /*run*/) override {
        script_.check_restore(request);
    }
    void restore(const sdk::RestoreRequest& request,
                 sdk::ByteSource& source,
                 sdk::RunContext& /*run*/) override {
        script_.restored(request, drain(source));
    }
    void restoreObjects(const sdk::RestoreRequest& request,
                        sdk::DumpInput& input,
                        sdk::RunContext& /*run*/) override {
        script_.restored_together(request, input);
    }
    void* extension(std::string_view wanted) noexcept override {
        const bool has = script_.restored_together && wanted == sdk::RestoreObjects::id;
        return has ? static_cast<sdk::RestoreObjects*>(this) : nullptr;
    }

private:
    const Script& script_;
};

/// Components out of the test: engines by "engine", memory targets by their ids.
class FakeComponents final : public worker::Components {
public:
    Description describe(const protocol::ComponentRef& component) override {
        if (component.component == "engine")
            return {"plugin test", "engine", parseJsonObject(script.capabilities, "c")};
        if (component.component == "channel") return {"plugin test", "channel", newObject()};
        return {"plugin memory", "target", newObject()};
    }
    std::shared_ptr<sdk::DatabaseEngine> engine(const protocol::ComponentRef& /*component*/) override {
        return std::make_shared<ScriptEngine>(script);
    }
    std::shared_ptr<sdk::StorageTarget> target(const protocol::ComponentRef& component) override {
        return targets.at(component.id);
    }

    ScriptEngine::Script script;
    std::map<std::string, std::shared_ptr<MemoryTarget>> targets;
};

/// A worker's run whose events can be read. [one thread]
struct Harness {
    Harness() : output(memfd_create("events", MFD_CLOEXEC)) { addTarget("d1"); }

    static protocol::ComponentRef component(const std::string& id, const std::string& name) {
        return {id, "The " + id, "/plugins/test.so", name, R"({"password":"s3cr3t-value"})", {"password"}};
    }
    MemoryTarget& addTarget(const std::string& id, MemoryTarget::Hook hook = {}) {
        const auto target = std::make_shared<MemoryTarget>(std::move(hook));
        components.targets[id] = target;
        return *target;
    }
    MemoryTarget& target(const std::string& id = "d1") { return *components.targets.at(id); }

    protocol::BackupRequest backupRequest() const {
        protocol::BackupRequest request;
        request.execution_id = "execution-1";
        request.job_id = "job-1";
        request.job_name = "job";
        request.path = "job/backup";
        request.created_at = fromIso("2026-01-15T10:30:00Z");
        request.sources = {{component("s1", "engine"), {}, ""}};
        for (const auto& [id, target] : components.targets)
            request.destinations.push_back({component(id, "memory")});
        return request;
    }
    protocol::RestoreRequest restoreRequest() const {
        protocol::RestoreRequest request;
        request.origin = component("d1", "memory");
        request.path = "job/backup";
        request.target = component("s1", "engine");
        return request;
    }

    /// Calls a command as the worker's main function does. The request goes through its text.
    protocol::Event call(protocol::Event (*command)(const JsonObject&, worker::Run&, worker::Components&),
                         const JsonObject::Ptr& request) {
        try {
            return command(*parseJsonObject(toText(request), "request"), run, components);
        } catch (const Error& error) {
            return protocol::failure(error);
        }
    }
    protocol::Event backup() { return backup(backupRequest()); }
    protocol::Event backup(const protocol::BackupRequest& request) {
        return call(worker::backup, toJson(request));
    }
    protocol::Event restore(const protocol::RestoreRequest& request) {
        return call(worker::restore, toJson(request));
    }

    std::string outputText() const {
        std::string text(static_cast<std::size_t>(lseek(output.get(), 0, SEEK_END)), '\0');
        const ssize_t got = pread(output.get(), text.data(), text.size(), 0);
        text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return text;
    }
    std::vector<protocol::Event> sent() const {
        std::vector<protocol::Event> found;
        std::istringstream lines(outputText());
        for (std::string line; std::getline(lines, line);)
            found.push_back(protocol::eventFrom(line));
        return found;
    }
    /// "+Initializing -Initializing +Dumping Databases ...", without what is between.
    std::string stages() const {
        std::string text;
        for (const protocol::Event& event : sent()) {
            if (event.kind == protocol::Event::Kind::StageStarted) text += "+" + event.stage + " ";
            if (event.kind == protocol::Event::Kind::StageEnded) text += "-" + event.stage + " ";
        }
        return text;
    }
    bool logged(std::string_view level, std::string_view part) const {
        for (const protocol::Event& event : sent()) {
            if (event.kind == protocol::Event::Kind::Log && event.log.level == level &&
                event.log.message.find(part) != std::string::npos) {
                return true;
            }
        }
        return false;
    }

    sdk::UniqueFd output;
    std::stop_source stop;
    worker::Masker masker;
    worker::EventWriter events{output.get(), masker};
    worker::Run run{events, masker, stop.get_token()};
    FakeComponents components;
};

}  // namespace dbackup::test
