#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include <dbackup/sdk/engine.h>
#include <dbackup/sdk/export.h>
#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/streams.h>

namespace dbackup::sdk {

// What an engine may be able to do beyond DatabaseEngine. Asked for by DatabaseEngine::extension(Class::id),
// which returns a pointer to the class (as void*) that lives as long as the engine, or nullptr. Each is
// frozen as it is; what is to change gets another id.

/// Pipeline -> engine: all objects of one dump. Implemented by the host, which may add functions at its end
/// with a new ABI minor. [thread-safe]
class DBACKUP_SDK_EXPORT DumpInput {
public:
    DumpInput() = default;
    DumpInput(const DumpInput&) = delete;
    DumpInput& operator=(const DumpInput&) = delete;
    virtual ~DumpInput();

    /// As they were dumped, in the order in which dump() opened them; two at least.
    virtual const std::vector<DumpObject>& objects() const = 0;
    /// Begins to read an object from its start. Several may be read at a time, on a thread each.
    /// @param index  of objects()
    /// @throws Error Integrity, Unavailable, Cancelled
    virtual std::unique_ptr<ByteSource> open(std::size_t index) = 0;
};

/// Restores a database of which dump() made several objects. An engine whose dumps have one object has no
/// need of it. [worker thread]
class DBACKUP_SDK_EXPORT RestoreObjects {
public:
    static constexpr std::string_view id = "dbackup.engine.restore-objects/1";
    RestoreObjects() = default;
    RestoreObjects(const RestoreObjects&) = delete;
    RestoreObjects& operator=(const RestoreObjects&) = delete;
    virtual ~RestoreObjects();

    /// What DatabaseEngine::restore() does with one object, with all of a database at once: created when
    /// missing, and on failure everything is as it was. Reads each object to its end.
    /// @param request  `object` is the first one, as for checkRestore()
    virtual void restoreObjects(const RestoreRequest& request, DumpInput& input, RunContext& run) = 0;
};

}  // namespace dbackup::sdk
