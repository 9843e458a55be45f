#include "fixture.h"

#include <cstdio>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "plugins/engines/firebird/firebird_engine.h"

namespace dbackup::test {

FirebirdServer& server() {
    static FirebirdServer started;
    return started;
}

Dump dump(const std::string& path) {
    RecordingRun run;
    MemoryOutput output;
    dumpWith(server().settings(), path, output, run);
    if (output.objects.size() != 1 || !output.only().finished)
        throw std::logic_error("the dump was not finished");
    return {output.only().object, output.only().bytes, run.entries()};
}

void dumpWith(const sdk::Settings& settings,
              const std::string& path,
              sdk::DumpOutput& output,
              sdk::RunContext& run) {
    firebird::FirebirdEngine(settings).dump({"database", path, ""}, output, run);
}

std::vector<RecordingRun::Entry> restore(const Dump& dump, const std::string& path, bool overwrite) {
    RecordingRun run;
    MemorySource source(dump.bytes);
    restoreWith(server().settings(), {dump.object, path, overwrite}, source, run);
    return run.entries();
}

void restoreWith(const sdk::Settings& settings,
                 const sdk::RestoreRequest& request,
                 sdk::ByteSource& source,
                 sdk::RunContext& run) {
    firebird::FirebirdEngine(settings).restore(request, source, run);
}

sdk::Error errorOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const sdk::Error& error) {
        return error;
    }
    throw std::logic_error("there was no error");
}

Database::Database(const std::string& name, const std::string& statements) : Database(name) {
    server().create(path_, statements);
}

Database::~Database() {
    try {
        if (std::filesystem::exists(path_)) server().sql(path_, "drop database;\n");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "database %s was not dropped: %s\n", path_.c_str(), error.what());
    }
}

std::string difference(const std::string& one, const std::string& other) {
    std::istringstream left(one);
    std::istringstream right(other);
    for (int number = 1;; ++number) {
        std::string a;
        std::string b;
        const bool has_a = !std::getline(left, a).fail();
        const bool has_b = !std::getline(right, b).fail();
        if (!has_a && !has_b) return {};
        if (has_a != has_b || a != b)
            return "line " + std::to_string(number) + ": '" + a + "' and '" + b + "'";
    }
}

std::string numbers(int count) {
    return "create table numbers (i int primary key, text varchar(100));\n"
           "set term ^;\n"
           "execute block as declare n int = 0; begin while (n < " +
           std::to_string(count) +
           ") do begin insert into numbers values (:n, uuid_to_char(gen_uuid()) || "
           "uuid_to_char(gen_uuid())); "
           "n = n + 1; end end^\n"
           "set term ;^\n"
           "commit;\n";
}

}  // namespace dbackup::test
