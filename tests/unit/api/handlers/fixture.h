#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <Poco/JSON/Query.h>

#include "api/handlers/services.h"
#include "api/http/failure.h"
#include "core/base/ids.h"
#include "core/protocol/messages.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace dbackup::test {

using Permissions = std::vector<std::string>;

inline Permissions allPermissions() {
    return {knownPermissions().begin(), knownPermissions().end()};
}

/// What a handler answered.
struct Answer {
    int status = 0;
    std::string body;

    /// The value at a path such as "data[0].name"; empty when it is not there.
    JsonVar at(const std::string& path) const {
        return Poco::JSON::Query(parseJson(body, "the answer")).find(path);
    }
    std::string text(const std::string& path) const {
        const JsonVar value = at(path);
        return value.isEmpty() ? "(none)" : value.convert<std::string>();
    }
    bool isNull(const std::string& path) const { return at(path).isEmpty(); }
    std::size_t size(const std::string& path = {}) const {
        const JsonVar value = path.empty() ? parseJson(body, "the answer") : at(path);
        return value.extract<JsonArray::Ptr>()->size();
    }
    std::string error() const { return text("error"); }
    /// The reason for a field, whose name may have dots and brackets.
    std::string detail(const std::string& field) const {
        const JsonVar details = at("details");
        return details.isEmpty() ? "(none)" : textOr(*details.extract<JsonObject::Ptr>(), field, "(none)");
    }
};

/// The routes over real stores and a real orchestrator, whose worker is a script that answers what the test
/// wrote down; no server. Permissions are checked as the endpoint does.
class HandlerFixture {
public:
    inline static const std::string engine_schema = R"({"type":"object","properties":{
        "host":{"type":"string","default":"localhost"},"port":{"type":"integer","minimum":1,"maximum":65535},
        "user":{"type":"string"},"password":{"type":"string","x-secret":true}},
        "required":["user"],"additionalProperties":false})";
    inline static const std::string target_schema = R"({"type":"object","properties":{
        "basePath":{"type":"string"}},"required":["basePath"],"additionalProperties":false})";

    /// @param more_plugins  files beside the engine `scripted` and the target `local`; "broken.so" is refused
    explicit HandlerFixture(const std::vector<std::string>& more_plugins = {})
        : catalog(
              pluginFolder(more_plugins), [](const std::string& file) { return describe(file); }, log) {
        const api::Services services{orchestrator,
                                     database,
                                     executions,
                                     jobs,
                                     adapters,
                                     keys,
                                     settings,
                                     catalog,
                                     clock,
                                     log,
                                     folder.path().string()};
        api::addApiKeyRoutes(router, services);
        api::addAdapterRoutes(router, services);
        api::addJobRoutes(router, services);
        api::addExecutionRoutes(router, services);
        api::addStorageRoutes(router, services);
        api::addResourceRoutes(router, services);
        api::addSystemRoutes(router, services);
    }

    Answer call(const std::string& method,
                const std::string& target,
                const std::string& body = {},
                const Permissions& permissions = allPermissions()) {
        api::Request request = requestFor(method, target, body, permissions);
        const auto match = router.match(method, request.path);
        try {
            if (match.route == nullptr) throw api::HttpError(match.allow.empty() ? 404 : 405, "no route");
            check(match.route->access, request);
            request.params = match.params;
            const api::Response response = std::get<api::Handler>(match.route->handler)(request);
            return {response.status, response.body};
        } catch (...) {
            const auto failure = api::failureFrom(std::current_exception(), request.id);
            return {failure.response.status, failure.response.body};
        }
    }
    Answer get(const std::string& target, const Permissions& permissions = allPermissions()) {
        return call("GET", target, {}, permissions);
    }
    Answer post(const std::string& target, const std::string& body) { return call("POST", target, body); }
    Answer put(const std::string& target, const std::string& body) { return call("PUT", target, body); }
    Answer remove(const std::string& target) { return call("DELETE", target); }

    api::Request requestFor(const std::string& method,
                            const std::string& target,
                            const std::string& body,
                            const Permissions& permissions) const {
        api::Request request;
        request.id = "test";
        request.method = method;
        request.path = target.substr(0, target.find('?'));
        request.body = body;
        request.content_type = "application/json";
        request.principal = {"key-id", "ci", permissions};
        for (std::size_t at = request.path.size(); at < target.size();) {
            const std::size_t end = std::min(target.find('&', at + 1), target.size());
            const std::string pair = target.substr(at + 1, end - at - 1);
            request.query.emplace(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
            at = end;
        }
        return request;
    }

    // What is needed often.
    std::string addSource(const std::string& name = "Shop") {
        return post(
                   "/adapters",
                   R"({"type":"database","adapterId":"scripted","config":{"user":"u","password":"hunter2"},"name":")" +
                       name + "\"}")
            .text("id");
    }
    std::string addDestination(const std::string& name = "NAS") {
        return post("/adapters",
                    R"({"type":"storage","adapterId":"local","config":{"basePath":"/b"},"name":")" + name +
                        "\"}")
            .text("id");
    }
    std::string jobBody(const std::string& name, const std::string& more = {}) {
        return R"({"schedule":"0 3 * * *","sourceId":")" + source() + R"(","destinations":[{"configId":")" +
               destination() + R"("}],"name":")" + name + '"' + more + '}';
    }
    std::string addJob(const std::string& name = "Nightly") {
        return post("/jobs", jobBody(name)).text("id");
    }
    const std::string& source() {
        if (source_.empty()) source_ = addSource();
        return source_;
    }
    const std::string& destination() {
        if (destination_.empty()) destination_ = addDestination();
        return destination_;
    }

    /// What the worker answers to a command from now on.
    void workerAnswers(const std::string& command, const protocol::Event& result) {
        std::ofstream(folder / (command + ".out")) << protocol::toLine(result) << '\n';
    }
    void workerAnswers(const std::string& command, const std::string& data) {
        protocol::Event result;
        result.kind = protocol::Event::Kind::Result;
        result.ok = true;
        result.data = parseJsonObject(data, "the worker's answer");
        workerAnswers(command, result);
    }
    /// The last request that it got for a command.
    std::string workerRequest(const std::string& command) const {
        std::ifstream in(folder / (command + ".in"));
        return {std::istreambuf_iterator<char>(in), {}};
    }

    TempDir folder;
    FakeClock clock;
    Log log{Log::Level::Error};
    secrets::SecretBox box = secrets::SecretBox::open(folder / "master.key");
    store::Database database{folder / "dbackup.db", log};
    store::ExecutionStore executions{database};
    store::JobStore jobs{database};
    store::AdapterStore adapters{database, box};
    store::KeyStore keys{database};
    store::SettingStore settings{database};
    store::BackupIndex index{database};
    plugin::PluginCatalog catalog;
    orchestrator::Orchestrator orchestrator{
        {executions, jobs, adapters, settings, index, catalog, clock, log, workerOptions()}};
    api::Router router;

private:
    static void check(const api::Access& access, const api::Request& request) {
        if (access.kind == api::Access::Kind::Permission) request.require(access.permission);
    }

    std::string pluginFolder(std::vector<std::string> files) const {
        const auto plugins = folder / "plugins";
        std::filesystem::create_directory(plugins);
        files.insert(files.end(), {"local.so", "scripted.so"});
        for (const auto& file : files) {
            std::ofstream(plugins / file) << "described by the test";
        }
        return plugins;
    }

    static plugin::PluginFile describe(const std::string& file) {
        plugin::PluginFile described{file, "test", "1.0", "DBackup", "1.0", true, "", {}};
        if (file.ends_with("broken.so")) {
            throw Error(ErrorKind::Unsupported, "built for ABI 9.0, this host speaks 1.0");
        }
        if (file.ends_with("local.so")) {
            described.components = {{"target", "local", "Local folder", target_schema, "{}"}};
        } else {
            described.components = {{"engine",
                                     "scripted",
                                     "Scripted",
                                     engine_schema,
                                     R"({"formats":["dump","sql"],"restore":true})"}};
        }
        return described;
    }

    orchestrator::WorkerOptions workerOptions() const {
        const auto script = folder / "worker.sh";
        {
            std::ofstream out(script);
            const std::string base = folder.path().string() + "/$1";
            out << "#!/bin/sh\nread -r request\n"
                << "printf '%s' \"$request\" > \"" << base << ".in\"\n"
                << "[ ! -e \"" << base << ".bytes\" ] || /bin/cat \"" << base << ".bytes\" >&3\n"
                << "exec /bin/cat \"" << base << ".out\"\n";
        }
        std::filesystem::permissions(script, std::filesystem::perms::owner_all);
        std::filesystem::create_directory(folder / "scratch");
        return {script, "/bin:/usr/bin", folder / "scratch", 0};
    }

    std::string source_;
    std::string destination_;
};

}  // namespace dbackup::test
