#pragma once

#include <functional>
#include <string>
#include <vector>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/target.h>

namespace dbackup::test {

/// Writes a whole object.
void put(sdk::StorageTarget& target,
         const std::string& name,
         const std::string& bytes,
         sdk::RunContext& run,
         sdk::IfExists if_exists = sdk::IfExists::Fail);
/// Reads an object, or a range of it, to its end.
std::string get(sdk::StorageTarget& target,
                const std::string& name,
                sdk::RunContext& run,
                sdk::ByteRange range = {});
/// The names below a prefix, sorted.
std::vector<std::string> listed(sdk::StorageTarget& target, const std::string& prefix, sdk::RunContext& run);
/// The error that an action ends with; fails the test when there is none.
sdk::Error errorOf(const std::function<void()>& action);
/// A text as a JSON string, with its quotes.
std::string jsonQuoted(const std::string& text);

}  // namespace dbackup::test
