#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/settings.h>

namespace dbackup::test {

/// The bytes of a pretended dump: they follow from the seed and the database's name alone.
class ScriptedData {
public:
    ScriptedData(std::uint64_t seed, std::string_view database);
    void fill(std::span<std::byte> bytes);

private:
    std::uint64_t state_;
};

/// An engine without a server that does what its settings say: waits, writes so many bytes, fails.
class ScriptedEngine final : public sdk::DatabaseEngine {
public:
    explicit ScriptedEngine(const sdk::Settings& settings);
    sdk::ServerInfo test(sdk::RunContext& run) override;
    std::vector<sdk::DatabaseInfo> databases(sdk::RunContext& run) override;
    void dump(const sdk::DumpRequest& request, sdk::DumpOutput& output, sdk::RunContext& run) override;
    void checkRestore(const sdk::RestoreRequest& request, sdk::RunContext& run) override;
    void restore(const sdk::RestoreRequest& request, sdk::ByteSource& source, sdk::RunContext& run) override;

private:
    void answer(sdk::RunContext& run) const;

    std::vector<std::string> databases_;
    std::uint64_t bytes_;
    std::chrono::milliseconds wait_;
    std::chrono::milliseconds chunk_delay_;
    std::uint64_t seed_;
    std::string fail_;
    std::string fail_test_;
    std::chrono::milliseconds test_wait_;
    std::string restore_file_;
};

}  // namespace dbackup::test
