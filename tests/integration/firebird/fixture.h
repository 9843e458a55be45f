#pragma once

#include <functional>
#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/error.h>

#include "tests/support/firebird_server.h"
#include "tests/support/memory_streams.h"

namespace dbackup::test {

/// The server that most tests use, started by the first of them.
FirebirdServer& server();

/// A dump that was completed.
struct Dump {
    sdk::DumpObject object;
    std::string bytes;
    std::vector<RecordingRun::Entry> log;
};
Dump dump(const std::string& path);
/// Dumps with own settings into an own output.
void dumpWith(const sdk::Settings& settings,
              const std::string& path,
              sdk::DumpOutput& output,
              sdk::RunContext& run);

/// Restores it and returns what was logged.
std::vector<RecordingRun::Entry> restore(const Dump& dump, const std::string& path, bool overwrite = false);
/// Restores with own settings from an own source.
void restoreWith(const sdk::Settings& settings,
                 const sdk::RestoreRequest& request,
                 sdk::ByteSource& source,
                 sdk::RunContext& run);

/// The error that an action ends with; fails the test when there is none.
sdk::Error errorOf(const std::function<void()>& action);

/// A database in the server's data folder that goes with the object, whoever made it.
class Database {
public:
    /// Creates nothing.
    explicit Database(const std::string& name) : path_(server().path(name)) {}
    Database(const std::string& name, const std::string& statements);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();
    const std::string& path() const { return path_; }
    std::string content() const { return server().content(path_); }
    std::string sql(const std::string& statements) const { return server().sql(path_, statements); }
    std::string value(const std::string& select) const { return server().value(path_, select); }

private:
    std::string path_;
};

/// The first lines in which two long texts differ; empty when they do not.
std::string difference(const std::string& one, const std::string& other);

/// A table `numbers` with so many rows of some 100 bytes that do not compress.
std::string numbers(int count);

}  // namespace dbackup::test
