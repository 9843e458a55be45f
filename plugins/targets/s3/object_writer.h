#pragma once

#include <cstddef>
#include <cstdint>
#include <future>
#include <span>
#include <string>
#include <vector>

#include <dbackup/sdk/target.h>

#include "bucket.h"
#include "leftover.h"
#include "object_upload.h"
#include "objects/run_link.h"
#include "part_slots.h"

namespace dbackup::s3 {

/// Collects a part at a time and hands it to a thread that sends it. What fits into one part is sent by one
/// PUT at the end.
class ObjectWriter final : public sdk::ObjectWriter {
public:
    /// @param bucket, slots, run  outlive it
    ObjectWriter(Bucket& bucket, PartSlots& slots, const sdk::ObjectSpec& spec, sdk::RunContext& run);
    ObjectWriter(const ObjectWriter&) = delete;
    ObjectWriter& operator=(const ObjectWriter&) = delete;
    ~ObjectWriter() override;

    void write(std::span<const std::byte> bytes) override;
    sdk::ObjectInfo commit() override;
    void abort() noexcept override;

private:
    enum class State { None = 0, Open, Done };

    void requireOpen(const std::string& verb) const;
    void beginUpload();
    void sendPart();
    /// @param all  waits for those that are on their way
    void collectParts(bool all);
    void conclude();
    void announce(const Leftover& leftover);
    void withdraw();
    void removeStrays() noexcept;
    void giveUp();

    Bucket& bucket_;
    PartSlots& slots_;
    const sdk::ObjectSpec spec_;
    sdk::RunContext& run_;
    objects::PartRun part_run_;
    ObjectUpload upload_;
    State state_ = State::Open;
    PartBuffer buffer_;
    std::size_t filled_ = 0;
    std::uint64_t written_ = 0;
    unsigned next_part_ = 1;
    std::vector<Part> parts_;
    bool is_concluding_ = false;  // the object may be there
    std::string token_;
    std::string stray_token_;                      // of uploads without parts whose ids were lost
    std::vector<std::future<Part>> on_their_way_;  // last: they use the above
};

}  // namespace dbackup::s3
