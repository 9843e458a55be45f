#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "core/contract/engine_checks.h"
#include "core/contract/tool_watch.h"

namespace dbackup::contract {

namespace {

using namespace std::chrono_literals;
using sdk::ErrorKind;

void requireTest(const Subject& subject) {
    const auto run = subject.run();
    require(!subject.engine()->test(*run).version.empty(), "test() tells no version");
    run->requireClean();
}

void requireDatabases(const Subject& subject) {
    const auto run = subject.run();
    const auto found = subject.engine()->databases(*run);
    require(!found.empty(), "databases() finds none");
    for (const sdk::DatabaseInfo& each : found) {
        require(!each.name.empty(), "databases() gives an empty name");
    }
    run->requireClean();
}

void requireComplete(const Subject& subject,
                     const std::string& database,
                     const JsonObject& changes = JsonObject()) {
    const auto run = subject.run();
    DumpFile output;
    dump(*subject.engine(changes), database, output, *run);
    require(output.complete(), "a dump that succeeds has called finish() once for each object");
    run->requireClean();
    for (const auto& each : output.objects()) {
        require(!each->object.database.empty() && !each->object.format.empty(),
                "an object has no name or format");
        parseJsonObject(each->object.metadata, "the metadata of an object");
        for (const std::string& secret : subject.secrets()) {
            require(
                secret.size() < shortest_secret || each->object.metadata.find(secret) == std::string::npos,
                "an object's metadata holds a secret");
        }
    }
}

/// Other formats than the first may depend on the settings.
void requireEachFormat(const Subject& subject) {
    const auto capabilities = parseJsonObject(subject.component().capabilities, "the capabilities");
    const JsonArray::Ptr formats = arrayAt(*capabilities, "formats");
    for (std::size_t i = 0; i < formats->size(); ++i) {
        const auto run = subject.run();
        DumpFile output;
        sdk::DumpRequest request;
        request.database = checkedDatabase(subject);
        request.format = formats->get(static_cast<unsigned>(i)).toString();
        try {
            subject.engine()->dump(request, output, *run);
            require(output.complete(), "the dump in format " + request.format + " is not complete");
        } catch (const sdk::Error& error) {
            if (i == 0 || error.kind() != ErrorKind::Unsupported) throw;
            require(!output.anyFinished(), "a dump in a format that is refused has called finish()");
        }
        run->requireClean();
    }
}

/// A destination that takes a while for each of the first blocks.
std::function<void(std::uint64_t)> slowly() {
    constexpr int slow_blocks = 40;
    return [blocks = 0](std::uint64_t /*bytes*/) mutable {
        if (++blocks <= slow_blocks) std::this_thread::sleep_for(50ms);
    };
}

/// So slowly that the tools can be looked at.
void requireGlobals(const Subject& subject) {
    const auto run = subject.run();
    DumpFile output;
    output.on_block = slowly();
    sdk::DumpRequest request;
    request.contents = "globals";
    ToolWatch tools(subject.secrets());
    subject.engine()->dump(request, output, *run);
    tools.end();
    require(output.complete(), "the dump of the globals is not complete");
    run->requireClean();
}

void requireSlowConsumerServed(const Subject& subject) {
    const auto run = subject.run();
    DumpFile output;
    output.on_block = slowly();
    ToolWatch tools(subject.secrets());
    dump(*subject.engine(), checkedDatabase(subject), output, *run);
    tools.end();
    require(output.complete(), "with a slow destination the dump is not complete");
    run->requireClean();
}

void requireFailureOfConsumerPassed(const Subject& subject) {
    const std::string database = checkedDatabase(subject);
    std::uint64_t last = 0;  // where the last block began
    DumpFile whole;
    whole.on_block = [&](std::uint64_t bytes) { last = bytes; };
    dump(*subject.engine(), database, whole, *subject.run());
    for (const std::uint64_t at : {std::uint64_t{0}, last / 2, last / 10 * 9}) {
        const auto run = subject.run();
        DumpFile output;
        output.on_block = [&](std::uint64_t bytes) {
            if (bytes >= at) throw sdk::Error(ErrorKind::NoSpace, "the destination is full");
        };
        const sdk::Error error = failedDump(subject, database, output, *run);
        requireKind("a dump whose destination is full", error, ErrorKind::NoSpace);
    }
}

void requireUnknownDatabaseRefused(const Subject& subject) {
    for (const char* name :
         {"dbackup check missing", "--help", "-x; it's \"odd\" `name` \xC3\xBC$HOME", "../../etc"}) {
        const auto run = subject.run();
        DumpFile output;
        const sdk::Error error = failedDump(subject, name, output, *run);
        require(error.kind() != ErrorKind::Internal,
                std::string("the database '") + name +
                    "' that does not exist is an internal error: " + error.text());
    }
}

/// Says it where the checks for secrets have nothing to look for.
void addSecretsNote(Suite& suite, const Subject& subject) {
    const auto secrets = subject.secrets();
    if (std::any_of(
            secrets.begin(), secrets.end(), [](const auto& each) { return each.size() >= shortest_secret; }))
        return;
    suite.notApplicable("secrets: in arguments, environment, log, errors and metadata",
                        "no setting holds a secret of four bytes or more");
}

}  // namespace

std::string checkedDatabase(const Subject& subject) {
    std::string database = subject.text("database");
    if (!database.empty()) return database;
    const auto found = subject.engine()->databases(*subject.run());
    require(!found.empty(), "databases() finds none");
    return found.front().name;
}

void dump(sdk::DatabaseEngine& engine, const std::string& database, DumpFile& output, CheckRun& run) {
    sdk::DumpRequest request;
    request.database = database;
    engine.dump(request, output, run);
}

sdk::Error failedDump(const Subject& subject,
                      const std::string& database,
                      DumpFile& output,
                      CheckRun& run,
                      const JsonObject& changes) {
    sdk::Error error =
        errorOf("a dump that cannot succeed", [&] { dump(*subject.engine(changes), database, output, run); });
    require(!output.complete(), "a dump that failed has called finish()");
    require(!run.tells(error.text()), "an error tells a secret");
    run.requireClean();
    return error;
}

void addEngineDumpChecks(Suite& suite, const Subject& subject) {
    suite.add("test: tells the server's version", [&] { requireTest(subject); });
    suite.add("databases: are found", [&] { requireDatabases(subject); });
    suite.add("dump: is complete", [&] { requireComplete(subject, checkedDatabase(subject)); });
    if (const std::string empty = subject.text("emptyDatabase"); !empty.empty()) {
        suite.add("dump: an empty database",
                  [&subject, empty] { requireComplete(subject, empty, subject.changes("emptySettings")); });
    } else {
        suite.notApplicable("dump: an empty database", "the check file names no emptyDatabase");
    }
    suite.add("dump: in each format", [&] { requireEachFormat(subject); });
    const std::string globals = "dump: globals, and no secret in arguments or environment meanwhile";
    if (subject.capable("globals")) {
        suite.add(globals, [&] { requireGlobals(subject); });
    } else {
        suite.notApplicable(globals, "not among its capabilities");
    }
    suite.add("dump: a slow destination, and no secret in arguments or environment meanwhile",
              [&] { requireSlowConsumerServed(subject); });
    suite.add("dump: a destination that fails ends it with that error",
              [&] { requireFailureOfConsumerPassed(subject); });
    suite.add("dump: a database that does not exist, with odd names",
              [&] { requireUnknownDatabaseRefused(subject); });
}

void addEngineChecks(Suite& suite, const Subject& subject) {
    addSettingsChecks(suite, subject);
    addEngineDumpChecks(suite, subject);
    addEngineStopChecks(suite, subject);
    addEngineConnectionChecks(suite, subject);
    addEngineToolChecks(suite, subject);
    addEngineRestoreChecks(suite, subject);
    addEngineMemoryChecks(suite, subject);
    addSecretsNote(suite, subject);
}

}  // namespace dbackup::contract
