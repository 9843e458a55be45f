#pragma once

#include <memory>
#include <new>
#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/settings.h>

/// Engines that do what no plugin should, each one thing, so that tests can show that the fault stays
/// where it is.
namespace dbackup::test {

/// Behaves, but for dump().
class HostileEngine : public sdk::DatabaseEngine {
public:
    sdk::ServerInfo test(sdk::RunContext& run) override;
    std::vector<sdk::DatabaseInfo> databases(sdk::RunContext& run) override;
    void checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) override;
    void restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) override;
};

enum class Hostility {
    None = 0,
    Crash,        ///< writes some bytes, then through a null pointer
    ThrowInt,     ///< writes some bytes, then throws an int
    ThrowString,  ///< ... a std::string
    Hang,         ///< writes some bytes, then waits for ever and ignores the stop
    Endless,      ///< writes for ever
    Leak,         ///< takes memory until there is no more
    Empty,        ///< finishes without a byte
    Unfinished,   ///< writes some bytes and never says that they are all
};

void beHostile(Hostility how, const sdk::DumpRequest& request, sdk::DumpOutput& output);

template <Hostility how>
class DumpHostile final : public HostileEngine {
public:
    explicit DumpHostile(const sdk::Settings& /*settings*/) {}
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& /*run*/) override {
        beHostile(how, request, output);
    }
};

/// Cannot be made: throws an int.
class CreateThrows final : public HostileEngine {
public:
    [[noreturn]] explicit CreateThrows(const sdk::Settings& settings);
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) override;
};

/// Cannot be made: throws an exception of the standard library.
class CreateThrowsStandard final : public HostileEngine {
public:
    [[noreturn]] explicit CreateThrowsStandard(const sdk::Settings& settings);
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) override;
};

}  // namespace dbackup::test
