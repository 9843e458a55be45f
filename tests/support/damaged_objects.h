#pragma once

#include <functional>
#include <string>
#include <vector>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>

namespace dbackup::test {

inline std::string readObject(sdk::StorageTarget& target, const std::string& name, sdk::RunContext& run) {
    const auto reader = target.open(name, {}, run);
    std::string content;
    std::vector<std::byte> buffer(64U << 10);
    while (const std::size_t got = reader->read(buffer))
        content.append(reinterpret_cast<const char*>(buffer.data()), got);
    return content;
}

inline void replaceObject(sdk::StorageTarget& target,
                          const std::string& name,
                          const std::string& content,
                          sdk::RunContext& run) {
    const auto writer = target.create({name, content.size(), sdk::IfExists::Replace}, run);
    writer->write(std::as_bytes(std::span(content.data(), content.size())));
    writer->commit();
}

/// One way in which what lies on a destination may not be what was stored there.
struct Damage {
    std::string title;
    bool changes_size = false;  ///< so that the size alone tells
    /// @param first, second  names of two volumes of one size
    std::function<void(
        sdk::StorageTarget&, const std::string& first, const std::string& second, sdk::RunContext&)>
        inflict;
};

/// What every verifier must find on every target; done with nothing but the target's own functions.
inline std::vector<Damage> damages() {
    using sdk::RunContext;
    using sdk::StorageTarget;
    using Name = const std::string&;
    return {
        {"a byte flipped",
         false,
         [](StorageTarget& target, Name /*first*/, Name second, RunContext& run) {
             std::string content = readObject(target, second, run);
             content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
             replaceObject(target, second, content, run);
         }},
        {"the tail cut",
         true,
         [](StorageTarget& target, Name /*first*/, Name second, RunContext& run) {
             std::string content = readObject(target, second, run);
             content.pop_back();
             replaceObject(target, second, content, run);
         }},
        {"something appended",
         true,
         [](StorageTarget& target, Name first, Name /*second*/, RunContext& run) {
             replaceObject(target, first, readObject(target, first, run) + "!", run);
         }},
        {"parts swapped",
         false,
         [](StorageTarget& target, Name first, Name second, RunContext& run) {
             const std::string one = readObject(target, first, run);
             replaceObject(target, first, readObject(target, second, run), run);
             replaceObject(target, second, one, run);
         }},
        {"an object missing", true, [](StorageTarget& target, Name first, Name /*second*/, RunContext& run) {
             target.remove(first, run);
         }}};
}

}  // namespace dbackup::test
