#pragma once

#include <string>

#include "core/contract/subject.h"
#include "core/contract/suite.h"

namespace dbackup::contract {

/// All checks of a target. They write below the prefix "dbackup-check-<hex>/" and remove what they wrote. The
/// subject outlives the suite.
/// @param self  how this program is started again for one half-made upload: arguments before the object's
/// name
void addTargetChecks(Suite& suite, const Subject& subject, const std::vector<std::string>& self);

// Their parts, one file each.
void addObjectChecks(Suite& suite, const Subject& subject);
void addTargetFaultChecks(Suite& suite, const Subject& subject, const std::vector<std::string>& self);

/// Begins an upload, prints the announced leftovers one a line, and kills this process. Does not return.
[[noreturn]] void dieInUpload(const Subject& subject, const std::string& name);

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

/// Bytes that differ everywhere, the same for the same size.
std::string patternOf(std::size_t size);
/// Writes a whole object.
sdk::ObjectInfo put(sdk::StorageTarget& target,
                    const std::string& name,
                    const std::string& bytes,
                    sdk::RunContext& run,
                    sdk::IfExists if_exists = sdk::IfExists::Fail);
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
