#pragma once

#include <span>
#include <string>

#include "core/contract/subject.h"
#include "core/contract/suite.h"

namespace dbackup::contract {

/// What the checks of a target need besides the subject.
struct TargetCheckOptions {
    std::vector<std::string> self;  ///< how this program is started again on the subject
    bool large = false;             ///< also the checks that move gigabytes
};

/// All checks of a target. They write below the prefix "dbackup-check-<hex>/" and remove what they wrote. The
/// subject outlives the suite.
void addTargetChecks(Suite& suite, const Subject& subject, const TargetCheckOptions& options);

// Their parts, one file each.
void addObjectChecks(Suite& suite, const Subject& subject);
void addNameChecks(Suite& suite, const Subject& subject);
void addListChecks(Suite& suite, const Subject& subject);
void addWriterChecks(Suite& suite, const Subject& subject);
void addRangeChecks(Suite& suite, const Subject& subject);
void addTargetStopChecks(Suite& suite, const Subject& subject, const std::vector<std::string>& self);
void addTargetConnectionChecks(Suite& suite, const Subject& subject);
void addServerChecks(Suite& suite, const Subject& subject, const std::vector<std::string>& self);
void addMemoryChecks(Suite& suite, const Subject& subject, bool large);

/// Begins an upload, prints the announced leftovers one a line, and kills this process. Does not return.
[[noreturn]] void dieInUpload(const Subject& subject, const std::string& name);
/// Tests the target's connection and prints the error. @return the program's exit status
int probe(const Subject& subject);

/// A folder of objects that goes with the object. [one thread]
class TestPrefix {
public:
    explicit TestPrefix(const Subject& subject);
    TestPrefix(const TestPrefix&) = delete;
    TestPrefix& operator=(const TestPrefix&) = delete;
    ~TestPrefix();
    std::string operator+(const std::string& name) const { return prefix_ + name; }
    const std::string& text() const noexcept { return prefix_; }

private:
    const Subject& subject_;
    std::string prefix_;
};

/// One target with a run and a folder of its own. [one thread]
struct Place {
    explicit Place(const Subject& subject, const JsonObject& changes = JsonObject())
        : prefix(subject), run(subject.run()), target(subject.target(changes)) {}
    TestPrefix prefix;
    std::unique_ptr<CheckRun> run;
    std::shared_ptr<sdk::StorageTarget> target;
};

/// Bytes that differ everywhere, the same for the same size.
std::string patternOf(std::size_t size);
/// The bytes of a text, for a writer.
inline std::span<const std::byte> bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text));
}
/// Writes a whole object.
sdk::ObjectInfo put(sdk::StorageTarget& target,
                    const std::string& name,
                    const std::string& bytes,
                    sdk::RunContext& run,
                    sdk::IfExists if_exists = sdk::IfExists::Fail);
/// Writes all of an object by its writer, in blocks of an odd size, and commits it.
sdk::ObjectInfo fill(sdk::ObjectWriter& writer, const std::string& bytes);
/// Reads an object to its end.
std::string get(sdk::StorageTarget& target,
                const std::string& name,
                sdk::RunContext& run,
                sdk::ByteRange range = {});
/// Names below a prefix, sorted.
std::vector<std::string> listed(sdk::StorageTarget& target, const std::string& prefix, sdk::RunContext& run);
/// @throws Broken when there is anything of that name
void requireInvisible(sdk::StorageTarget& target, const std::string& name, sdk::RunContext& run);

}  // namespace dbackup::contract
