#include "core/contract/kept_dump.h"

#include <algorithm>

#include <dbackup/sdk/engine_extensions.h>

#include "core/contract/engine_checks.h"

namespace dbackup::contract {

namespace {

std::size_t largestOf(const DumpFile& dump) {
    const auto& objects = dump.objects();
    const auto by_size = [](const auto& a, const auto& b) { return a->size_bytes < b->size_bytes; };
    return static_cast<std::size_t>(std::max_element(objects.begin(), objects.end(), by_size) -
                                    objects.begin());
}

/// Objects of a dump in files; the largest of them may have a fault.
class KeptObjects final : public sdk::DumpInput {
public:
    KeptObjects(const DumpFile& dump, SourceFault fault)
        : dump_(dump), fault_(std::move(fault)), largest_(largestOf(dump)) {
        for (const auto& each : dump.objects()) {
            objects_.push_back(each->object);
        }
    }

    const std::vector<sdk::DumpObject>& objects() const override { return objects_; }
    std::unique_ptr<sdk::ByteSource> open(std::size_t index) override {
        auto source = std::make_unique<DumpSource>(dump_.objects().at(index)->file);
        if (fault_ && index == largest_) fault_(*source);
        return source;
    }

private:
    const DumpFile& dump_;
    const SourceFault fault_;
    const std::size_t largest_;
    std::vector<sdk::DumpObject> objects_;
};

sdk::DumpRequest ofDatabase(const std::string& database) {
    sdk::DumpRequest request;
    request.database = database;
    return request;
}

}  // namespace

KeptDump::KeptDump(const Subject& subject, const sdk::DumpRequest& request, const JsonObject& changes)
    : subject_(subject), run_(subject.run()), dump_(run_->scratch()) {
    subject.engine(changes)->dump(request, dump_, *subject.run());
    require(dump_.complete(), "the dump is not whole");
}

KeptDump::KeptDump(const Subject& subject) : KeptDump(subject, ofDatabase(checkedDatabase(subject))) {}

std::uint64_t KeptDump::size() const {
    return dump_.objects().at(largestOf(dump_))->size_bytes;
}

sdk::RestoreRequest KeptDump::into(const std::string& name, bool overwrite) const {
    sdk::RestoreRequest request;
    request.object = dump_.objects().front()->object;
    request.database = name;
    request.overwrite = overwrite;
    return request;
}

std::shared_ptr<sdk::DatabaseEngine> KeptDump::engine() const {
    return subject_.engine(subject_.changes("restoreSettings"));
}

void KeptDump::restore(const sdk::RestoreRequest& request, sdk::RunContext& run, SourceFault fault) const {
    KeptObjects input(dump_, std::move(fault));
    const auto restoring = engine();
    if (input.objects().size() == 1) {
        restoring->restore(request, *input.open(0), run);
        return;
    }
    auto* const several = static_cast<sdk::RestoreObjects*>(restoring->extension(sdk::RestoreObjects::id));
    if (several == nullptr) {
        throw Broken("the dump has several objects, and the engine has no extension " +
                     std::string(sdk::RestoreObjects::id));
    }
    several->restoreObjects(request, input, run);
}

void KeptDump::requireFree(const std::string& name) const {
    const auto run = subject_.run();
    engine()->checkRestore(into(name), *run);
    run->requireClean();
}

}  // namespace dbackup::contract
